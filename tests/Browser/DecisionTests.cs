using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>What helps somebody to decide: the card, the trend, versions side by side, the first steps, the notification.</summary>
[Collection(BrowserGroup.Name)]
public sealed class DecisionTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData("en")]
    [InlineData("es")]
    public async Task Decision_OnOverviewTrainingAndComparison_IsTheSame(string language)
    {
        var speech = new Speech(language);
        var shown = await browser.ShownAsync();
        var comparison = await browser.Service.Admin.GetFromJsonAsync<JsonElement>($"/model/compare?candidate={shown.Newer}");
        var suggested = comparison.GetProperty("suggest_activation").GetBoolean();
        var newer = await browser.Service.NumberAsync(shown.Newer);
        var (found, before) = (FoundOfHundred(comparison, "candidate"), FoundOfHundred(comparison, "baseline"));
        await using var visitor = await browser.VisitAsync(language);
        var page = await visitor.SignInAsync(asAdmin: true);
        List<string> texts = [];
        foreach (var path in new[] { "/", $"/trainings/{shown.Job}", $"/compare?candidate={shown.Newer}" })
        {
            await page.GoAsync(path);
            var card = page.GetByTestId("decision");
            await Expect(card.Locator(".finds li")).ToHaveCountAsync(2);
            await Expect(card.Locator(".finds li").First).ToContainTextAsync(Math.Round(found) == Math.Round(before)
                ? speech.Say($"Of 100 patients with diabetes it finds {"#"}, before {"#"}.").Split('#')[0]
                : speech.Say($"Of 100 patients with diabetes it finds {Math.Round(found)}, before {Math.Round(before)}."));
            await Expect(card.Locator(".mud-button-filled:visible")).ToHaveTextAsync(
                [suggested ? speech.Say($"Activate version {newer}") : speech.Say($"Keep the present one")]);
            await Expect(card.Locator(".mud-button-root:visible")).ToHaveCountAsync(1);
            await Expect(card.Locator(".tile").Filter(new() { HasText = speech.Say($"Diabetes missed") })).ToBeVisibleAsync();
            await Expect(card.Locator($"[title={shown.Newer}]")).ToContainTextAsync(speech.Say($"Version {newer}") + " · ");
            texts.Add(await card.Locator("h2, .finds, [data-testid=verdict]").AllInnerTextsAsync() is var all ? string.Join("|", all) : "");
        }

        Assert.Single(texts.Distinct(StringComparer.Ordinal));
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Decision_ToKeepThePresentOne_IsRememberedUntilThereIsAnother()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true);
        var keep = page.GetByTestId("decision").GetByText("Keep the present one", new() { Exact = true });
        await Expect(page.GetByTestId("decision")).ToBeVisibleAsync();
        if (!await keep.IsVisibleAsync())
        {
            await page.GetByText("Decide otherwise").ClickAsync();
        }

        await keep.ClickAsync();

        await Expect(page.GetByTestId("decision")).ToHaveCountAsync(0);
        await page.GoAsync("/");
        await Expect(page.GetByText("You keep the present one.")).ToBeVisibleAsync();
        Assert.Equal(shown.Active, await browser.Service.ActiveAsync());
    }

    [BrowserFact]
    public async Task Compare_OfTwoVersionsOutOfService_NamesBothAndAdvisesNothing()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, $"/compare?candidate={shown.Newer}&baseline={shown.MlpBn}");

        var card = page.GetByTestId("decision");
        await Expect(card.Locator(".finds li").First).ToContainTextAsync($"version {await browser.Service.NumberAsync(shown.Newer)} finds ");
        await Expect(card.Locator(".mud-button-root")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Trend_ShowsEveryVersion_AndLeadsToOneOrToSeveralSideBySide()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false, "/trend");

        await Expect(page.Locator("svg.trend")).ToHaveCountAsync(3);
        await Expect(page.Locator("svg.trend").First.Locator("a")).ToHaveCountAsync(3);
        await Expect(page.Locator("svg.trend").First.Locator(".flag")).ToHaveCountAsync(2);
        await Expect(page.Locator("tr.mine")).ToContainTextAsync(shown.Active);
        await Expect(page.Button("Pick up to 4 to compare")).ToBeDisabledAsync();
        await page.GetByLabel($"Pick version {await browser.Service.NumberAsync(shown.Newer)} to compare").CheckAsync();
        await page.GetByLabel($"Pick version {await browser.Service.NumberAsync(shown.MlpBn)} to compare").CheckAsync();
        await page.Button("Compare 2 versions with the one in service").ClickAsync();

        var table = page.GetByTestId("side-by-side");
        await Expect(table.Locator("thead th")).ToContainTextAsync(["Version", shown.Newer, shown.MlpBn]);
        var comparison = await browser.Service.Admin.GetFromJsonAsync<JsonElement>($"/model/compare?candidate={shown.MlpBn}");
        await Expect(table.Locator("tr").Filter(new() { HasText = "Same patients" }).Locator("td").Last)
            .ToHaveTextAsync($"{comparison.GetProperty("rows").GetInt32()}");
        await page.GoAsync("/trend");
        await page.Locator("svg.trend").First.Locator("a").Last.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/versions/{shown.Newer}$"));
        Assert.Empty(visitor.Errors);
    }

    [BrowserTheory]
    [InlineData("en")]
    [InlineData("es")]
    public async Task FirstSteps_TickThemselvesOff_FromNothingToAVersionInService(string language)
    {
        var speech = new Speech(language);
        await using var service = await Service.StartAsync();
        await using var visitor = await browser.VisitAsync(language, service: service);
        var page = await visitor.SignInAsync(asAdmin: true);
        var done = page.GetByTestId("first-steps").Locator("li.done");
        await Expect(page.GetByTestId("first-steps").Locator("li")).ToHaveCountAsync(4);
        await Expect(done).ToHaveCountAsync(0);
        var template = await page.RunAndWaitForDownloadAsync(() => page.Link(speech.Say($"CSV template to download")).ClickAsync());
        Assert.Equal("template.csv", template.SuggestedFilename);
        using (var file = new StreamReader(await template.CreateReadStreamAsync()))
        {
            Assert.Equal("HbA1c,AGE,BMI,Gender,CLASS\r\n", await file.ReadToEndAsync());
        }

        await page.Button(speech.Say($"Use the built-in sample")).ClickAsync();
        await Expect(done).ToHaveCountAsync(1);
        var version = await service.TrainAsync("sample.csv", epochs: 20);
        await Expect(done).ToHaveCountAsync(2);
        await page.Link(speech.Say($"Look at version {"1"}")).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/versions/{version}$"));
        await Expect(page.Locator("h1")).Not.ToHaveTextAsync(speech.Say($"Overview"));
        await page.SettledAsync();
        await page.Link(speech.Say($"Overview")).ClickAsync();
        await Expect(done).ToHaveCountAsync(3);
        await page.Button(speech.Say($"Activate version {"1"}")).ClickAsync();
        await page.ConfirmAsync(speech.Say($"Activate"));

        await Expect(page.Locator(".hero")).ToContainTextAsync(version);
        await Expect(page.GetByTestId("first-steps")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Training_ThatEndsInABackgroundTab_NotifiesOnlyWhoeverStartedIt()
    {
        await using var service = await Service.StartAsync();
        await service.UploadAsync("notify.csv", 200);
        await using var nurse = await browser.VisitAsync(service: service);
        await using var visitor = await browser.VisitAsync(service: service);
        var ward = await nurse.SignInAsync(asAdmin: false, "/try");
        var page = await visitor.SignInAsync(asAdmin: true, "/retrain");
        await page.EvaluateAsync(
            """
            () => {
              window.asked = 0;
              window.told = [];
              window.Notification = class {
                static permission = 'default';
                static requestPermission() { window.asked++; this.permission = 'granted'; return Promise.resolve('granted'); }
                constructor(title, options) { window.told.push(`${title} ${options.body}`); }
                close() {}
              };
            }
            """);

        await page.Locator("#epochs").FillAsync("20");
        Assert.Equal(0, await page.EvaluateAsync<int>("() => window.asked"));
        await page.Button("Start the training").ClickAsync();
        await page.ConfirmAsync("Start");
        Assert.Equal(1, await page.EvaluateAsync<int>("() => window.asked"));
        await page.EvaluateAsync("() => Object.defineProperty(document, 'hidden', { get: () => true })");

        await Service.UntilAsync(async () => await page.EvaluateAsync<int>("() => window.told.length") == 1, "the notification");
        Assert.Matches(
            "^The training is finished: version [0-9]+ is ready. It is right for [0-9]+ of 100 patients.$",
            await page.EvaluateAsync<string>("() => window.told[0]"));
        await Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("The training is finished");
        await Expect(ward.Locator(".mud-snackbar")).ToHaveCountAsync(0);
        await Expect(ward).ToHaveTitleAsync(new Regex("^✓ "));
        Assert.Empty(visitor.Errors);
    }

    private static double FoundOfHundred(JsonElement comparison, string role)
    {
        var missed = comparison.GetProperty("figures").GetProperty(role).GetProperty("missed_diabetes");
        return 100 - (100.0 * missed.GetProperty("missed").GetInt32() / missed.GetProperty("of").GetInt32());
    }
}
