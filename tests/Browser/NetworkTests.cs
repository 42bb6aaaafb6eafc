using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>What the choice of a network does: its training, and its answers.</summary>
[Collection(BrowserGroup.Name)]
public sealed class NetworkTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Retrain_WithAnotherNetwork_ConfirmsAndTrainsIt()
    {
        await using var service = await Service.StartAsync();
        await service.UploadAsync("networks.csv", 200);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/retrain");
        var single = page.GetByLabel("One network (mlp-bn)");
        await Expect(single).ToBeHiddenAsync();
        await page.GetByText("Advanced options").ClickAsync();
        await Expect(page.GetByLabel("Ten networks together (crossfit-ple)")).ToBeCheckedAsync();
        await single.CheckAsync();
        await page.Locator("#epochs").FillAsync("3");
        await page.Button("Start the training").ClickAsync();

        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("Network: One network (mlp-bn). 3 epochs, learning rate 0.001, size 64, 64 patients per step, seed 42.");
        await page.ConfirmAsync("Start");
        await Expect(page.Locator("h1")).ToHaveTextAsync(new Regex("^Version 1 is ready$"), new() { Timeout = 60_000 });
        var newest = (await service.Admin.GetFromJsonAsync<JsonElement>("/model/versions?limit=1")).GetProperty("models")[0]
            .GetProperty("version").GetString();
        var version = await service.Admin.GetFromJsonAsync<JsonElement>($"/model/versions/{newest}");
        Assert.Equal("mlp-bn", version.GetProperty("architecture").GetString());
        Assert.Equal(3, version.GetProperty("parameters").GetProperty("epochs").GetInt32());
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Retrain_WithANumberThatCantBeUsed_DoesNotStartWithAnother()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/retrain");
        await Expect(page.Button("Start the training")).ToBeEnabledAsync();

        await page.Locator("#epochs").FillAsync("0");
        await page.Locator("#epochs").BlurAsync();
        await Expect(page.Button("Start the training")).ToBeDisabledAsync();
        await page.Button("Back to the defaults").ClickAsync();

        await Expect(page.Locator("#epochs")).ToHaveValueAsync("190");
        await Expect(page.Button("Start the training")).ToBeEnabledAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserTheory]
    [InlineData(5.0)]
    [InlineData(6.4)]
    [InlineData(9.5)]
    public async Task Try_SaysWhatCantBeRuledOut_AndHowManyMembersAgree(double hba1c)
    {
        await browser.ShownAsync();
        using var response = await browser.Service.Admin.PostAsJsonAsync("/model/predict", new Dictionary<string,
            object> { ["HbA1c"] = hba1c, ["AGE"] = 55, ["BMI"] = 28, ["Gender"] = "F" });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var plausible = answer.GetProperty("plausible").EnumerateArray().Select(c => c.GetString()!).ToArray();
        var possible = answer.GetProperty("probabilities").EnumerateObject()
            .Where(c => plausible.Contains(c.Name) || c.Value.GetDouble() >= 0.05).Select(c => c.Name).ToArray();
        var said = (plausible.Length, possible.Length) switch
        {
            (0, _) => "The model is less sure of this patient than of most earlier patients of every class. Rely on this answer only with care.",
            (_, 1) => "The other classes can be ruled out.",
            _ => $"Can't be ruled out: {string.Join(", ", possible)}.",
        };
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false, "/try");
        await page.Locator("#hba1c").FillAsync($"{hba1c:0.0}");
        await page.Locator("#age").FillAsync("55");
        await page.Locator("#bmi").FillAsync("28");
        await page.GetByLabel("Female", new() { Exact = true }).CheckAsync();
        await page.Button("Predict").ClickAsync();

        await Expect(page.GetByTestId("plausible").Locator(".term")).ToHaveTextAsync(said);
        await Expect(page.GetByText($"{Math.Round(answer.GetProperty("agreement").GetDouble() * 10)} of 10 members agree")).ToBeVisibleAsync();
        await Expect(page.Locator(".bar .amount").Filter(new() { HasText = "100 %" })).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }
}
