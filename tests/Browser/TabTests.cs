using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>What happens while a page is open: other tabs, a long training, a restart, a right that is taken away.</summary>
[Collection(BrowserGroup.Name)]
public sealed class TabTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task TwoTabs_SeeEachOthersChange_AndTheSlowerDecisionIsRefused()
    {
        await using var service = await Service.StartAsync();
        var dataset = await service.UploadAsync("two-tabs.csv", 200);
        var first = await service.TrainAsync(dataset, epochs: 2, seed: 1);
        var second = await service.TrainAsync(dataset, epochs: 2, seed: 2);
        var third = await service.TrainAsync(dataset, epochs: 2, seed: 3);
        await service.ActivateAsync(first);
        await using var visitor = await browser.VisitAsync(service: service);
        var slow = await visitor.SignInAsync(asAdmin: true, "/versions");
        var quick = await visitor.OpenAsync("/versions");

        await slow.Button($"Activate version {await service.NumberAsync(third)}").ClickAsync();
        await Expect(slow.Locator(".mud-dialog")).ToContainTextAsync($"Version {await service.NumberAsync(first)} stays in the list.");
        await quick.Button("Activate version 2").ClickAsync();
        await quick.ConfirmAsync("Activate");
        await Expect(quick.Locator("tr.mine")).ToContainTextAsync(second);
        await Expect(slow.Locator("tr.mine")).ToContainTextAsync(second);
        await slow.ConfirmAsync("Activate");

        await Expect(slow.Locator(".mud-snackbar")).ToContainTextAsync($"it is Version 2 ({second}) now");
        Assert.Equal(second, await service.ActiveAsync());
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Training_IsThereAgainAfterTheTabWasClosed_AndCanBeCancelled()
    {
        await using var service = await Service.StartAsync();
        var job = await QueueAsync(service, epochs: 10_000, batch: 8);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, $"/trainings/{job}");
        var before = await ProgressAsync(page, above: 0);
        await Expect(page.Locator("h1")).ToHaveTextAsync("Training");
        await Expect(page.Locator(".chip")).ToBeVisibleAsync();
        await Expect(page).ToHaveTitleAsync(new Regex(@"^\d+ % · "));
        await page.CloseAsync();

        var again = await visitor.OpenAsync("/");
        await again.Link("Watch the training").First.ClickAsync();
        await Expect(again.GetByTestId("progress")).ToBeVisibleAsync();
        Assert.True(await ProgressAsync(again, above: before) > before);
        await again.Button("Cancel the training").ClickAsync();
        await again.ConfirmAsync("Stop");

        await Expect(again.Locator("h1")).ToHaveTextAsync("Training cancelled");
        await Expect(again.Locator(".mud-snackbar")).ToContainTextAsync("The training was cancelled.");
        await Expect(again.Locator(".chip")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Page_WhenTheServerIsKilledInTheMiddleOfATraining_FindsItsWayBackByItself()
    {
        await using var service = await Service.StartAsync();
        var job = await QueueAsync(service, epochs: 4_000);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, $"/trainings/{job}");
        await ProgressAsync(page, above: 0);

        await service.KillAsync();
        await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await service.RunAsync();

        await Expect(page.Locator("h1")).ToHaveTextAsync(new Regex("^Version [0-9]+ is ready$"), new() { Timeout = 90_000 });
        Assert.EndsWith($"/trainings/{job}", page.Url, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Page_OfAUserWhoIsLockedOut_EndsAtTheSignInPage()
    {
        using var created = await browser.Service.Admin.PostAsJsonAsync("/users", new { email = "leaving@example.org", password = Service.UserPassword, role = "ADMIN" });
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync("leaving@example.org", Service.UserPassword, "/versions");

        using var changed = await browser.Service.Admin.PatchAsJsonAsync($"/users/{id}", new { disabled = true });

        changed.EnsureSuccessStatusCode();
        await Expect(page.Locator("#password")).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    private static async Task<string> QueueAsync(Service service, int epochs, int batch = 64)
    {
        var dataset = await service.UploadAsync("long.csv");
        using var response = await service.Admin.PostAsJsonAsync("/model/retrain",
            new { use_database = false, dataset_name = dataset, epochs, batch_size = batch });
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
    }

    /// <summary>The bar's value once it is above another.</summary>
    private static async Task<double> ProgressAsync(IPage page, double above)
    {
        var value = 0.0;
        await Service.UntilAsync(async () =>
            (value = await page.Locator("main progress").EvaluateAsync<double>("bar => bar.value")) > above, "progress");
        return value;
    }
}
