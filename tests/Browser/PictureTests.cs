using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>
/// The pictures of the README and of the guides, on a service where an untrained version serves and a better one is there.
/// They are written beside the other screenshots; <c>CONTRIBUTING.md</c> says how they get into <c>docs</c>.
/// </summary>
[Collection(BrowserGroup.Name)]
public sealed class PictureTests(BrowserFixture browser)
{
    private const int Width = 1280;
    private const int Height = 800;
    private const int MaxAnimation = 2_000_000;

    [BrowserFact]
    public async Task Pictures_OfTheDocuments_ShowAGoodDecision()
    {
        Directory.CreateDirectory(Build.Screenshots);
        await using var service = await Service.StartAsync();
        var dataset = await service.UploadAsync("clinic-2026.csv");
        await service.ActivateAsync(await service.UntrainedAsync(dataset, seed: 1));
        await using var visitor = await browser.VisitAsync(width: Width, service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/retrain");

        await TakeTrainingAsync(page);
        await Expect(page.GetByTestId("decision").Locator("h2")).ToHaveTextAsync("The new version is better");
        await TakeAsync(page.GetByTestId("decision"), "guide-compare");
        await using var reader = await browser.VisitAsync("es", Width, service: service);
        var spanish = await reader.SignInAsync(asAdmin: true, new Uri(page.Url).AbsolutePath);
        await TakeAsync(spanish.GetByTestId("decision"), "guide-compare.es");
        foreach (var (shown, suffix) in new[] { (page, ""), (spanish, ".es") })
        {
            await shown.GoAsync("/trend");
            await TakeAsync(shown, "guide-trend" + suffix);
        }

        await page.GoAsync("/");
        await page.GetByTestId("decision").Locator(".mud-button-filled").ClickAsync();
        await page.Locator("#reason").FillAsync("Finds more of the patients with diabetes.");
        await page.ConfirmAsync("Activate");
        await Expect(page.Locator(".hero")).ToContainTextAsync("Version 2");
        await page.GoAsync("/");
        await TakeAsync(page, "readme-overview");

        await TakeAnswerAsync(page, "guide-try");
        await TakeAnswerAsync(spanish, "guide-try.es");
        Assert.Empty(visitor.Errors);
    }

    private static async Task TakeAnswerAsync(IPage page, string name)
    {
        await page.GoAsync("/try");
        await page.Locator("#hba1c").FillAsync("6.1");
        await page.Locator("#age").FillAsync("58");
        await page.Locator("#bmi").FillAsync("29");
        await page.Locator("input[type=radio]").First.CheckAsync();
        await page.Locator("form button[type=submit]").ClickAsync();
        await Expect(page.Locator("#verdict")).ToBeVisibleAsync();
        await page.EvaluateAsync("() => scrollTo(0, 0)");
        await TakeAsync(page, name);
    }

    /// <summary>Starts a training by clicks and joins pictures of its progress, up to the decision.</summary>
    private static async Task TakeTrainingAsync(IPage page)
    {
        var devtools = await page.Context.NewCDPSessionAsync(page);
        List<byte[]> frames = [await FrameAsync(devtools)];
        await page.Button("Start the training").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToBeVisibleAsync();
        frames.Add(await FrameAsync(devtools));
        await page.ConfirmAsync("Start");
        var before = "";
        await Service.UntilAsync(
            async () =>
            {
                if (await page.GetByTestId("decision").CountAsync() > 0)
                {
                    return true;
                }

                var progress = string.Concat(await page.GetByTestId("progress").AllInnerTextsAsync());
                if (progress != before)
                {
                    before = progress;
                    frames.Add(await FrameAsync(devtools));
                }

                return false;
            },
            "the end of the training");
        await page.SettledAsync();
        frames.Add(await FrameAsync(devtools));

        var animation = AnimatedWebP.Join(frames, Width, Height, milliseconds: 500);
        Assert.InRange(animation.Length, 1, MaxAnimation);
        await File.WriteAllBytesAsync(Path.Combine(Build.Screenshots, "readme-training.webp"), animation);
    }

    private static async Task<byte[]> FrameAsync(ICDPSession devtools)
    {
        var taken = await devtools.SendAsync("Page.captureScreenshot", new() { ["format"] = "webp", ["quality"] = 60 });
        return taken!.Value.GetProperty("data").GetBytesFromBase64();
    }

    private static Task<byte[]> TakeAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Build.Screenshots, name + ".png") });

    private static Task<byte[]> TakeAsync(ILocator part, string name) =>
        part.ScreenshotAsync(new() { Path = Path.Combine(Build.Screenshots, name + ".png") });
}
