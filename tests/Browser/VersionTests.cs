using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>The list of versions, and what can be done with one beside putting it in service.</summary>
[Collection(BrowserGroup.Name)]
public sealed class VersionTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Versions_SortedOrFiltered_AreTheBestOfAllAndNotOfTheFirstPage()
    {
        await using var service = await Service.StartAsync();
        var newest = await service.TrainAsync(await service.UploadAsync("a-year.csv", 200), epochs: 2);
        await service.MakeOlderVersionsAsync(260);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/versions");
        var rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(50);
        await page.Button("Show older ones").ClickAsync();
        await Expect(rows).ToHaveCountAsync(100);

        await page.Button("Macro F1").ClickAsync();
        await Expect(rows).ToHaveCountAsync(261);
        await Expect(rows.First).ToContainTextAsync("0.99");
        await Expect(page.Button("Show older ones")).ToHaveCountAsync(0);
        await page.Locator("#filter").FillAsync(newest);
        await Expect(rows).ToHaveCountAsync(1);
        await page.Locator("#filter").FillAsync("v202510");
        await Expect(rows).ToHaveCountAsync(31);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Versions_WhenTwoArePicked_AreComparedWithTheOneInServiceAsBaseline()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false, "/versions");

        await page.GetByLabel($"Pick {shown.Newer} to compare").CheckAsync();
        await Expect(page.Button("Pick two to compare")).ToBeDisabledAsync();
        await page.GetByLabel($"Pick {shown.Active} to compare").CheckAsync();
        await page.Button("Compare the two").ClickAsync();

        await Expect(page.Locator(".notice strong").First).ToContainTextAsync("patients the new version");
        await Expect(page.Locator("section").Filter(new() { HasText = "Candidate" }).First).ToContainTextAsync(shown.Newer);
        await Expect(page.Locator("section").Filter(new() { HasText = "Baseline" }).First).ToContainTextAsync(shown.Active);
        await Expect(page.GetByText("none of whom either has learned from")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Version_GivesItsFiles_AndCanBeMadeAgain()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/versions/{shown.Active}");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Link("scaler.json").ClickAsync());
        Assert.Equal($"{shown.Active}-scaler.json", download.SuggestedFilename);
        await using (var file = await download.CreateReadStreamAsync())
        {
            using var scaler = await JsonDocument.ParseAsync(file);
            Assert.Equal("HbA1c", scaler.RootElement.GetProperty("features")[0].GetProperty("name").GetString());
        }

        await page.Button("Make it again to check it").ClickAsync();
        await page.ConfirmAsync("Make it again");
        await Expect(page).ToHaveURLAsync(new Regex("/trainings/"));
        await Expect(page.Locator(".notice.success")).ToContainTextAsync($"{shown.Active} came out the same, to the last bit.", new() { Timeout = 60_000 });
        Assert.Empty(visitor.Errors);
    }
}
