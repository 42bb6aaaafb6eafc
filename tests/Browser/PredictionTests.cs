using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>Diagnoses that are recorded days after the prediction, and what they say about the model.</summary>
[Collection(BrowserGroup.Name)]
public sealed class PredictionTests(BrowserFixture browser)
{
    private const string Reference = "MRN 2026-0017";

    [BrowserFact]
    public async Task Diagnosis_OfAPredictionFoundByItsReference_IsRecordedCorrectedAndCounted()
    {
        await using var service = await Service.StartAsync();
        await service.ActivateAsync(await service.TrainAsync(await service.UploadAsync("clinic.csv"), epochs: 5));
        await service.AddClinicianAsync();
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(Service.ClinicianEmail, Service.UserPassword, "/try");
        await page.Locator("#hba1c").FillAsync("9.4");
        await page.Locator("#age").FillAsync("61");
        await page.Locator("#bmi").FillAsync("31");
        await page.GetByLabel("Male", new() { Exact = true }).CheckAsync();
        await page.Locator("#reference").FillAsync(Reference);
        await page.Button("Predict").ClickAsync();
        await Expect(page.Locator("section[aria-labelledby=answer] .bar")).ToHaveCountAsync(3);

        // "Try it" has a field of this name as well.
        await page.Link("Predictions").ClickAsync();
        await Expect(page.Button("Find by reference")).ToBeVisibleAsync();
        await page.Locator("#reference").FillAsync(Reference + "9");
        await page.Button("Find by reference").ClickAsync();
        await Expect(page.GetByText("No prediction fits these filters.")).ToBeVisibleAsync();
        var rows = page.Locator("tbody tr");
        await page.Locator("#reference").FillAsync(Reference.ToLowerInvariant());
        await Service.UntilAsync(
            async () =>
            {
                await page.Button("Find by reference").ClickAsync();
                return await rows.CountAsync() == 1;
            },
            "the prediction to be written");
        await Expect(rows.First).ToContainTextAsync("waiting");
        Assert.DoesNotContain("MRN", page.Url, StringComparison.OrdinalIgnoreCase);

        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Record the diagnosis" }).ClickAsync();
        var dialog = page.Locator(".mud-dialog");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Record it" })).ToBeDisabledAsync();
        await dialog.GetByLabel("Negative", new() { Exact = true }).CheckAsync();
        await page.ConfirmAsync("Record it");
        await Expect(rows.First).ToContainTextAsync("Negative");

        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Correct" }).ClickAsync();
        await dialog.GetByLabel("Diabetes", new() { Exact = true }).CheckAsync();
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Correct it" })).ToBeDisabledAsync();
        await page.Locator("#correction-reason").FillAsync("The laboratory mixed up two samples.");
        await page.ConfirmAsync("Correct it");
        await Expect(rows.First.Locator("td").Nth(4)).ToContainTextAsync("Diabetes");

        await page.Link("Overview").ClickAsync();
        var accuracy = page.Locator("section[aria-labelledby=accuracy-over-time]");
        await Expect(accuracy).ToContainTextAsync(new Regex("right for [01] of 1 patient"));
        await Expect(accuracy).ToContainTextAsync("too few to tell");
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Predictions_OfAUser_AreNeitherInTheMenuNorShown()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false);

        await Expect(page.Link("Predictions")).ToHaveCountAsync(0);
        await page.GotoAsync("/predicted");
        await Expect(page.Locator("#reference")).ToHaveCountAsync(0);
    }
}
