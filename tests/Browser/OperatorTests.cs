using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>The operator's page, the end of a session, and a version on paper.</summary>
[Collection(BrowserGroup.Name)]
public sealed class OperatorTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task System_ShowsTheWorker_AndCancelsAndStartsSeveralTrainings()
    {
        await using var service = await Service.StartAsync();
        var dataset = await service.UploadAsync("clinic.csv");
        for (var i = 0; i < 2; i++)
        {
            using var accepted = await service.Admin.PostAsJsonAsync(
                "/model/retrain", new { use_database = false, dataset_name = dataset, epochs = 10_000, seed = i });
            accepted.EnsureSuccessStatusCode();
        }

        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/system");
        await Service.UntilAsync(
            async () =>
            {
                await page.Button("Look again").ClickAsync();
                return await page.Link("trains").CountAsync() == 1;
            },
            "a worker that trains");
        await Expect(page.Locator(".tile").Filter(new() { HasText = "Database" })).ToContainTextAsync("SQLite");
        var boxes = page.GetByLabel("Pick the training");
        await boxes.Nth(0).CheckAsync();
        await boxes.Nth(1).CheckAsync();
        await page.Button("Cancel the picked ones (2)").ClickAsync();
        await page.ConfirmAsync("Stop");
        await Expect(page.Locator(".notice.success li")).ToHaveCountAsync(2);
        await Service.UntilAsync(
            async () =>
            {
                await page.Button("Look again").ClickAsync();
                return await page.Locator("tbody .badge").Filter(new() { HasTextRegex = new("^cancelled$") }).CountAsync() == 2;
            },
            "two cancelled trainings");

        await boxes.First.CheckAsync();
        await page.Button("Start the picked ones again (1)").ClickAsync();
        await page.ConfirmAsync("Start");
        await Expect(page.Locator(".notice.success li")).ToContainTextAsync(["waits as a new training"]);
        await Expect(boxes).ToHaveCountAsync(3);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Training_ShowsAnAdministratorWhatTheTrainerWrote()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/trainings/{shown.Job}");
        await page.GetByText("What the trainer wrote").ClickAsync();

        await Expect(page.Locator(".log")).ToContainTextAsync("crossfit-ple, 60 epochs");
        await Expect(page.Locator("h3").Filter(new() { HasText = "Attempt 1" })).ToContainTextAsync("completed");
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Session_ThatEndsSoon_SaysSoAndCanBeExtended()
    {
        await using var service = await Service.StartAsync();
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: false);
        await Expect(page.Locator(".session-notice")).ToHaveCountAsync(0);
        await service.EndBrowserSessionsInAsync(minutes: 6);

        await page.GoAsync("/versions");
        await Expect(page.Locator(".session-notice")).ToContainTextAsync("Your session ends in 5 minutes.");
        await page.Button("Stay signed in").ClickAsync();
        await Expect(page.Locator(".session-notice")).ToHaveCountAsync(0);
        await page.GoAsync("/");
        await Expect(page.Locator(".session-notice")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Login_ForWhoForgotThePassword_SaysWhatToDo()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.OpenAsync("/login");

        await page.GetByText("Forgot your password?").ClickAsync();
        await Expect(page.GetByText("Ask an administrator of ModelOps.")).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Version_OnPaper_HasItsFiguresInLightColoursAndNoMenus(bool dark)
    {
        Directory.CreateDirectory(Build.Screenshots);
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync(dark: dark);
        var page = await visitor.SignInAsync(asAdmin: true, $"/versions/{shown.Active}");
        await page.EmulateMediaAsync(new() { Media = Media.Print });

        foreach (var gone in new[] { ".mud-appbar", "nav[aria-label=Main]", ".page-head .mud-button-root" })
        {
            await Expect(page.Locator(gone).First).ToBeHiddenAsync();
        }

        Assert.Equal("rgb(255, 255, 255)", await page.Locator(".card").First.EvaluateAsync<string>("card => getComputedStyle(card).backgroundColor"));
        Assert.Equal("rgb(0, 0, 0)", await page.Locator(".saying").First.EvaluateAsync<string>("text => getComputedStyle(text).color"));
        foreach (var heading in new[] { "Intended use", "Compared when it was trained", "When it was in service", "Origin", "By class" })
        {
            await Expect(page.GetByText(heading, new() { Exact = true })).ToBeVisibleAsync();
        }

        var picture = Path.Combine(Build.Screenshots, $"version-print-{(dark ? "dark" : "light")}");
        await page.PdfAsync(new() { Path = picture + ".pdf", Format = "A4" });
        await page.ScreenshotAsync(new() { Path = picture + ".png", FullPage = true });
    }
}
