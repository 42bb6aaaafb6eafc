using System.Net.Http.Json;
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
        await Expect(page.Locator("caption")).ToContainTextAsync("50 of 261 versions");
        await page.Button("Show more").ClickAsync();
        await Expect(rows).ToHaveCountAsync(100);

        await page.Button("Overall mark (macro F1)").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("sort=macro_f1"));
        await Expect(rows.First).ToContainTextAsync("0.99");
        await page.Locator("#filter").FillAsync(newest);
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(page.Locator("#filter")).ToBeFocusedAsync();
        await page.Locator("#filter").FillAsync("v202510");
        await Expect(rows).ToHaveCountAsync(31);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Versions_WithFilters_KeepThemInTheAddressAndAfterTheWayBack()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/versions/{shown.MlpBn}");
        await page.Button("Add a note or tags").ClickAsync();
        await page.Locator("#note").FillAsync("The first one of the clinic.");
        await page.Locator("#tags").FillAsync("Pilot, ward 7");
        await page.Button("Save").ClickAsync();
        await Expect(page.Locator(".remarks .note")).ToHaveTextAsync("The first one of the clinic.");

        await page.Locator(".remarks").GetByText("ward 7", new() { Exact = true }).ClickAsync();
        var rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.First).ToContainTextAsync("Version 1 · ");
        await Expect(rows.First).ToContainTextAsync("The first one of the clinic.");
        await page.Locator("#tag").SelectOptionAsync("pilot");
        await Expect(page).ToHaveURLAsync(new Regex("tag=pilot"));
        await rows.First.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("Version 1 · ");
        await page.GoBackAsync();
        await Expect(page.Locator("#tag")).ToHaveValueAsync("pilot");
        await Expect(rows).ToHaveCountAsync(1);
        await page.Locator("#which").SelectOptionAsync("service");
        await Expect(page.GetByText("No version fits these filters.")).ToBeVisibleAsync();
        await page.Button("Show all versions").ClickAsync();
        await Expect(rows.First).ToContainTextAsync("in service");
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Versions_WhenSeveralAreDeleted_AreNamedOnceAndEachSaysWhatBecameOfIt()
    {
        await using var service = await Service.StartAsync();
        await service.TrainAsync(await service.UploadAsync("a-year.csv", 200), epochs: 2);
        await service.MakeOlderVersionsAsync(3);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/versions");
        await page.Locator("tr").Filter(new() { HasText = "v20251231_120000" }).GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.Locator("tr").Filter(new() { HasText = "v20251230_120000" }).GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.Button("Delete the 2 picked ones").ClickAsync();
        await Expect(page.Locator(".mud-dialog .technical")).ToHaveTextAsync(["v20251231_120000", "v20251230_120000"]);

        // Somebody else deletes one of them first.
        using (var deleted = await service.Admin.DeleteAsync(new Uri("/model/version/v20251230_120000", UriKind.Relative)))
        {
            deleted.EnsureSuccessStatusCode();
        }

        await page.ConfirmAsync("Delete");

        await Expect(page.Locator(".notice.warning li")).ToHaveCountAsync(2);
        await Expect(page.Locator(".notice.warning")).ToContainTextAsync("(v20251231_120000): deleted.");
        await Expect(page.Locator(".notice.warning")).ToContainTextAsync("(v20251230_120000): There is no version with this name.");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Versions_WhenTwoArePicked_AreComparedWithTheOneInServiceAsBaseline()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false, "/versions");

        await page.GetByLabel($"Pick version {await browser.Service.NumberAsync(shown.Newer)}", new() { Exact = true }).CheckAsync();
        await Expect(page.Button("Compare with the one in service")).ToBeEnabledAsync();
        await page.GetByLabel($"Pick version {await browser.Service.NumberAsync(shown.Active)}", new() { Exact = true }).CheckAsync();
        var third = page.GetByLabel($"Pick version {await browser.Service.NumberAsync(shown.MlpBn)}", new() { Exact = true });
        await third.CheckAsync();
        await Expect(page.Button("Compare 2 versions with the one in service")).ToBeEnabledAsync();
        await third.UncheckAsync();
        await page.Button("Compare the two").ClickAsync();

        await Expect(page.GetByTestId("verdict")).ToContainTextAsync("patients the new version");
        foreach (var (role, version) in new[] { ("Candidate", shown.Newer), ("Baseline", shown.Active) })
        {
            var heading = page.Locator("section.card h3").Filter(new() { HasText = role });
            await Expect(heading.Locator($"[title={version}]")).ToBeVisibleAsync();
        }

        await Expect(page.GetByText("none of whom was judged by a network that had learned from that patient")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Version_GivesItsFiles_AndCanBeMadeAgain()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/versions/{shown.MlpBn}");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Link("scaler.json").ClickAsync());
        Assert.Equal($"{shown.MlpBn}-scaler.json", download.SuggestedFilename);
        await using (var file = await download.CreateReadStreamAsync())
        {
            using var scaler = await JsonDocument.ParseAsync(file);
            Assert.Equal("HbA1c", scaler.RootElement.GetProperty("features")[0].GetProperty("name").GetString());
        }

        var number = await browser.Service.NumberAsync(shown.MlpBn);
        await page.Button("Make it again to check it").ClickAsync();
        await page.ConfirmAsync("Make it again");
        await Expect(page).ToHaveURLAsync(new Regex("/trainings/"));
        await Expect(page.Locator(".notice.success")).ToContainTextAsync($"Version {number} came out the same, to the last bit.", new() { Timeout = 60_000 });
        await Expect(page.GetByText($"The rows of version {number}")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Version_OfEitherNetwork_SaysHowItWasJudgedAndShowsItsFigures()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false, $"/versions/{shown.Active}");

        await Expect(page.GetByText("each through members of the network that had never seen that patient")).ToBeVisibleAsync();
        await Expect(page.GetByText("to learn and to judge")).ToBeVisibleAsync();
        await Expect(page.GetByText("to choose")).ToHaveCountAsync(0);
        await Expect(Tile(page.Locator(".hero"), "Diabetes missed").Locator(".value")).ToHaveTextAsync(await MissedAsync(shown.Active));
        await Expect(page.Locator("tr").Filter(new() { HasText = "Women, 40 to 59" })).ToHaveCountAsync(1);
        await Expect(page.Locator("figure").Filter(new() { HasText = "Examining everybody" })).ToHaveCountAsync(2);

        await page.GoAsync($"/versions/{shown.MlpBn}");
        await Expect(page.GetByText("kept apart: it never learned from them.")).ToBeVisibleAsync();
        await Expect(page.GetByText("to learn and to judge")).ToHaveCountAsync(0);
        await Expect(page.GetByText("to choose")).ToBeVisibleAsync();
        await Expect(Tile(page.Locator(".hero"), "Diabetes missed").Locator(".value")).ToHaveTextAsync(await MissedAsync(shown.MlpBn));
        await Expect(page.Locator(".notice").Filter(new() { HasText = "Provisional" })).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Version_MeasuredByAnEarlierBuild_ShowsWhatItHasAndNoEmptyCard()
    {
        await using var service = await Service.StartAsync();
        var version = await service.TrainAsync(await service.UploadAsync("earlier.csv"), epochs: 3, architecture: "mlp-bn");
        await service.MakeReportsOldAsync();
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, $"/versions/{version}");

        await Expect(Tile(page.Locator(".hero"), "Diabetes missed")).ToBeVisibleAsync();
        await Expect(page.GetByText("How reliable are its probabilities?")).ToBeVisibleAsync();
        foreach (var heading in new[] { "By sex and age", "Does it help to decide?", "As many patients of each class as it promises?", "Ranked probability score" })
        {
            await Expect(page.GetByText(heading)).ToHaveCountAsync(0);
        }

        Assert.Equal(0, await page.Locator(".card").EvaluateAllAsync<int>("cards => cards.filter(card => card.children.length < 2).length"));
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Compare_OfTwoNetworks_ShowsBothOnTheirCommonPatients()
    {
        var shown = await browser.ShownAsync();
        var comparison = await browser.Service.Admin.GetFromJsonAsync<JsonElement>($"/model/compare?baseline={shown.MlpBn}&candidate={shown.Active}");
        var rows = comparison.GetProperty("rows").GetInt32();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/compare?baseline={shown.MlpBn}&candidate={shown.Active}");

        await Expect(page.GetByText($"On the same {rows} patients, none of whom")).ToBeVisibleAsync();
        foreach (var (version, role) in new[] { (shown.Active, "candidate"), (shown.MlpBn, "baseline") })
        {
            var card = page.GetByLabel($"Version {await browser.Service.NumberAsync(version)}", new() { Exact = true });
            var figures = comparison.GetProperty("figures").GetProperty(role);
            await Expect(Tile(card, "Diabetes missed").First.Locator(".value")).ToHaveTextAsync(Missed(figures.GetProperty("missed_diabetes")));
            var cells = figures.GetProperty("confusion_matrix").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(cell => $"{cell}");
            await Expect(card.Locator(".matrix td")).ToHaveTextAsync(cells);
            await Expect(card.GetByText("On all patients that judged it")).ToBeVisibleAsync();
            await Expect(card.GetByText("Correct per 100").Last).ToBeHiddenAsync();
        }

        await Expect(page.Locator("dt").Filter(new() { HasText = "p-value" }).First).ToBeHiddenAsync();
        await page.GetByText("Details of the test").ClickAsync();
        await Expect(page.Locator("dt").Filter(new() { HasText = "p-value" }).First).ToBeVisibleAsync();
        await Expect(page.GetByText("for the first comparison on these patients")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Compare_WithTheVersionInService_FillsTheButtonThatTheVerdictAdvises()
    {
        var shown = await browser.ShownAsync();
        var comparison = await browser.Service.Admin.GetFromJsonAsync<JsonElement>($"/model/compare?candidate={shown.Newer}");
        var suggested = comparison.GetProperty("suggest_activation").GetBoolean();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/compare?candidate={shown.Newer}");

        var filled = page.Locator(".decision .mud-button-filled");
        await Expect(filled).ToHaveTextAsync([suggested ? $"Activate version {await browser.Service.NumberAsync(shown.Newer)}" : "Keep the present one"]);
        await page.GoAsync($"/compare?candidate={shown.Newer}&baseline={shown.MlpBn}");
        await Expect(page.GetByText("Where they differ")).ToBeVisibleAsync();
        await Expect(filled).ToHaveCountAsync(0);

        // A version older than the one in service isn't called the new one.
        await page.GoAsync($"/compare?candidate={shown.MlpBn}");
        await Expect(page.GetByTestId("verdict")).ToContainTextAsync($"version no. {await browser.Service.NumberAsync(shown.MlpBn)}");
        await Expect(page.GetByTestId("decision")).Not.ToContainTextAsync("new version");
    }

    private static ILocator Tile(ILocator within, string name) => within.Locator(".tile").Filter(new() { HasText = name });

    private static string Missed(JsonElement missed) => $"{missed.GetProperty("missed")} of {missed.GetProperty("of")}";

    private async Task<string> MissedAsync(string version)
    {
        var detail = await browser.Service.Admin.GetFromJsonAsync<JsonElement>($"/model/versions/{version}");
        return Missed(detail.GetProperty("evaluation").GetProperty("missed_diabetes"));
    }
}
