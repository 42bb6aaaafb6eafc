using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>From an empty service to a rollback, by clicks alone.</summary>
[Collection(BrowserGroup.Name)]
public sealed partial class WalkTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData("en")]
    [InlineData("es")]
    public async Task Administrator_WalksFromARetrainingToARollback(string language)
    {
        var speech = new Speech(language);
        await using var service = await Service.StartAsync();
        await using var visitor = await browser.VisitAsync(language, service: service);
        var page = await visitor.SignInAsync(asAdmin: true);

        // An empty service says what to do first.
        await page.Link(speech.Say($"Upload data")).ClickAsync();
        await Expect(page.Locator("input[type=file]")).ToBeEnabledAsync();
        await page.Locator("input[type=file]").SetInputFilesAsync(Build.Sample);
        await page.Button(speech.Say($"Keep")).ClickAsync();
        await Expect(page.Locator(".notice.success")).ToContainTextAsync(speech.Say($"{600:# row is|# rows are} usable."));
        await page.Locator(".notice.success").GetByRole(AriaRole.Link, new() { Name = speech.Say($"Train on it") }).ClickAsync();

        var first = await TrainAsync(page, speech, seed: 42);
        await ActivateAsync(page, speech, first, "The first one.");
        await page.Link(speech.Say($"Retrain")).ClickAsync();
        var second = await TrainAsync(page, speech, seed: 7);
        await Expect(page.GetByTestId("verdict")).ToContainTextAsync(speech.Say($"the new version"));
        await ActivateAsync(page, speech, second, "Looks good.");
        Assert.Equal(second, await service.NumberAsync((await service.ActiveAsync())!));

        await page.Link(speech.Say($"History")).ClickAsync();
        await page.Button(speech.Say($"Roll back to version {first}")).ClickAsync();
        await page.ConfirmAsync(speech.Say($"Roll back"));
        await Expect(page.Locator(".timeline li").First).ToContainTextAsync(speech.Say($"Rolled back from version {second} to version {first}"));
        await Expect(page.Locator(".timeline li")).ToHaveCountAsync(3);
        Assert.Equal(first, await service.NumberAsync((await service.ActiveAsync())!));

        await page.Link(speech.Say($"Versions")).ClickAsync();
        await page.Button(speech.Say($"Delete version {second}")).ClickAsync();
        await page.ConfirmAsync(speech.Say($"Delete"));
        await Expect(page.Locator("tbody tr").Filter(new() { HasText = speech.Say($"Version {second}") + " · " })).ToHaveCountAsync(0);
        await Expect(page.Locator("tbody tr").Filter(new() { HasText = speech.Say($"Version {first}") + " · " })).ToBeVisibleAsync();

        await page.Link(speech.Say($"Try it")).ClickAsync();
        await page.Locator("#hba1c").FillAsync("9.5");
        await page.Locator("#age").FillAsync("58");
        await page.Locator("#bmi").FillAsync("33");
        await page.GetByLabel(speech.Say($"Female"), new() { Exact = true }).CheckAsync();
        await page.Button(speech.Say($"Predict")).ClickAsync();
        await Expect(page.Locator("section[aria-labelledby=answer] .name")).ToHaveTextAsync("Diabetes");
        await Expect(page.Locator("section[aria-labelledby=answer]")).ToContainTextAsync(speech.Say($"Version {first}") + " · ");
        await page.Button(speech.Say($"It is {"Diabetes"}")).ClickAsync();
        await page.ConfirmAsync(speech.Say($"Confirm"));
        await Expect(page.Locator("section[aria-labelledby=answer] .notice.success")).ToBeVisibleAsync();

        await page.Link(speech.Say($"Overview")).ClickAsync();
        await Expect(page.Locator(".hero")).ToContainTextAsync(speech.Say($"right for {1} of {1:# patient|# patients}."));
        await page.Button(speech.Say($"Sign out")).ClickAsync();
        await Expect(page.Locator("#password")).ToBeVisibleAsync();

        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }

    [BrowserTheory]
    [InlineData("en", "Overview")]
    [InlineData("es", "Resumen")]
    public async Task User_SeesEverythingAndChangesNothing(string language, string heading)
    {
        var speech = new Speech(language);
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync(language);
        var page = await visitor.SignInAsync(asAdmin: false);
        await Expect(page.Locator("h1")).ToHaveTextAsync(heading);
        await Expect(page.Locator(".hero .name")).ToContainTextAsync("v2");

        FormattableString[] actions =
            [$"Activate", $"Delete", $"Roll back", $"Start the training", $"Create the user", $"Cancel the training", $"Retrain"];
        foreach (var path in new[] { "/", "/trainings", $"/trainings/{shown.Job}", "/versions", $"/versions/{shown.Active}",
            $"/versions/{shown.Newer}", $"/compare?candidate={shown.Newer}", "/history", "/data", $"/data/{shown.Dataset}" })
        {
            await page.GoAsync(path);
            await Expect(page.Locator("main .notice.error")).ToHaveCountAsync(0);
            foreach (var action in actions)
            {
                await Expect(page.Locator("main").GetByText(speech.Say(action), new() { Exact = true })).ToHaveCountAsync(0);
            }

            await Expect(page.Locator("main input[type=file]")).ToHaveCountAsync(0);
        }

        await page.GoAsync("/try");
        await page.Locator("#hba1c").FillAsync("5.0");
        await page.Locator("#age").FillAsync("140");
        await page.Locator("#bmi").FillAsync("22");
        await page.GetByLabel(speech.Say($"Male"), new() { Exact = true }).CheckAsync();
        await page.Button(speech.Say($"Predict")).ClickAsync();
        await Expect(page.Locator("#age-problem")).ToHaveTextAsync(speech.Say($"must be between {0} and {130} years"));
        await page.Locator("#age").FillAsync("40");
        await page.Button(speech.Say($"Predict")).ClickAsync();
        await Expect(page.Locator("section[aria-labelledby=answer] .bar")).ToHaveCountAsync(3);
        await Expect(page.Locator("fieldset.confirm")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }

    /// <summary>Fills the form, starts, and waits for the end; gives the version's number.</summary>
    private static async Task<string> TrainAsync(IPage page, Speech speech, int seed)
    {
        await Expect(page.Locator("section[aria-labelledby=preview]"))
            .ToContainTextAsync(speech.Say($"{600:# row|# rows}{4:=0|, # of them repeated}. Equal rows count once."));
        await page.Locator("#epochs").FillAsync("40");
        await page.Locator("summary").GetByText(speech.Say($"Advanced options")).ClickAsync();
        await page.Locator("#seed").FillAsync($"{seed}");
        await page.Button(speech.Say($"Start the training")).ClickAsync();
        await page.ConfirmAsync(speech.Say($"Start"));
        await Expect(page.Locator("h1")).ToHaveTextAsync(Ready(), new() { Timeout = 60_000 });
        return Ready().Match(await page.Locator("h1").InnerTextAsync()).Groups[1].Value;
    }

    private static async Task ActivateAsync(IPage page, Speech speech, string version, string reason)
    {
        var activate = page.Button(speech.Say($"Activate version {version}"));
        await Expect(activate.Or(page.GetByTestId("decision"))).Not.ToHaveCountAsync(0);
        if (!await activate.IsVisibleAsync())
        {
            // The verdict advises to keep the present one.
            await page.GetByText(speech.Say($"Decide otherwise")).ClickAsync();
        }

        await activate.ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync(speech.Say($"From now on version {version} answers every prediction."));
        await page.Locator("#reason").FillAsync(reason);
        await page.ConfirmAsync(speech.Say($"Activate"));
        await Expect(page.Locator(".notice.success")).ToContainTextAsync(speech.Say($"Version {version} is in service."));
    }

    [GeneratedRegex("^(?:Version|La versión) ([0-9]+) ")]
    private static partial Regex Ready();
}
