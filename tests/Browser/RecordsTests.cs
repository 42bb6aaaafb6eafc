using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>An administrator looks at records, corrects and deletes them, and withdraws an import.</summary>
[Collection(BrowserGroup.Name)]
public sealed class RecordsTests(BrowserFixture browser)
{
    private const int Imported = 60;

    [BrowserTheory]
    [InlineData("en", 1280)]
    [InlineData("es", 360)]
    public async Task Administrator_CorrectsAndDeletesARecord(string language, int width)
    {
        var speech = new Speech(language);
        await using var service = await Service.StartAsync();
        await service.ImportAsync("clinic.csv", Imported);
        var newest = (await RecordsAsync(service))[0];
        var (id, before) = (newest.GetProperty("id").GetInt64(), newest.GetProperty("CLASS").GetString()!);
        await using var visitor = await browser.VisitAsync(language, width, service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/labelled-records");
        await Expect(Rows(page)).ToHaveCountAsync(50);
        await page.Button(speech.Say($"Show older ones")).ClickAsync();
        await Expect(Rows(page)).ToHaveCountAsync(Imported);

        var record = speech.Say($"record {id.ToString(CultureInfo.InvariantCulture)}");
        var other = before == "Diabetes" ? "Negative" : "Diabetes";
        await page.Button($"{speech.Say($"Correct")}: {record}").ClickAsync();
        var correct = page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = speech.Say($"Correct"), Exact = true });
        await Expect(correct).ToBeDisabledAsync();
        await page.Locator(".mud-dialog").GetByLabel(Class(speech, other)).CheckAsync();
        await Expect(correct).ToBeDisabledAsync();
        await page.Locator("#correction-reason").FillAsync("second measurement");
        await correct.ClickAsync();
        await Expect(Rows(page).First).ToContainTextAsync(speech.Say($"corrected"));
        await Expect(Rows(page).First).ToContainTextAsync(Class(speech, other));
        await Expect(Rows(page)).ToHaveCountAsync(Imported);

        await page.Button($"{speech.Say($"Correct")}: {record}").ClickAsync();
        await Expect(page.Locator(".mud-dialog .timeline li")).ToContainTextAsync(new Regex("second measurement"));
        await Expect(page.Locator(".mud-dialog .timeline li"))
            .ToContainTextAsync(speech.Say($"{Class(speech, before)} became {Class(speech, other)}"));
        await page.ConfirmAsync(speech.Say($"Cancel"));

        await page.Button($"{speech.Say($"Delete")}: {record}").ClickAsync();
        await page.ConfirmAsync(speech.Say($"Delete"));
        await Expect(page.Button($"{speech.Say($"Delete")}: {record}")).ToHaveCountAsync(0);
        Assert.Equal(Imported - 1, await LabelledAsync(service));
        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Filter_StaysInTheAddressAndSurvivesBack()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/labelled-records");

        await page.Locator("#by-class").SelectOptionAsync("Diabetes");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?class=Diabetes$"));
        await Expect(Rows(page).Filter(new() { HasNotText = "Diabetes" })).ToHaveCountAsync(0);
        var diabetics = await Rows(page).CountAsync();
        await page.Locator("#by-to").FillAsync("2020-01-01");
        await page.Locator("#by-to").BlurAsync();
        await Expect(page.Locator(".empty")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"class=Diabetes&to=2020-01-01$"));

        await page.GoBackAsync();
        await Expect(Rows(page)).ToHaveCountAsync(diabetics);
        await Expect(page.Locator("#by-class")).ToHaveValueAsync("Diabetes");
        await Expect(page.Locator("#by-to")).ToHaveValueAsync("");
        await page.Link("Versions").ClickAsync();
        await page.SettledAsync();
        await page.GoBackAsync();
        await Expect(page.Locator("#by-class")).ToHaveValueAsync("Diabetes");
        await Expect(Rows(page)).ToHaveCountAsync(diabetics);

        await page.Link("Show all records").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/labelled-records$"));
        await Expect(Rows(page).Filter(new() { HasText = "Negative" })).Not.ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Administrator_ForgetsAPatientWhoseRecordsWereCounted()
    {
        await browser.ShownAsync();
        var reference = $"MRN {Guid.NewGuid():N}";
        var records = Enumerable.Range(6, 3)
            .Select(hba1c => $$"""{"HbA1c": {{hba1c}}, "AGE": 51, "BMI": 27, "Gender": "F", "CLASS": "Y", "patient_ref": "{{reference}}"}""");
        using var body = new StringContent($"[{string.Join(',', records)}]", Encoding.UTF8, "application/json");
        using var added = await browser.Service.Admin.PostAsync("/records", body);
        added.EnsureSuccessStatusCode();
        await using var visitor = await browser.VisitAsync(width: 360);
        var page = await visitor.SignInAsync(asAdmin: true, "/labelled-records");

        await page.Locator("#patient").FillAsync(reference);
        await page.Button("Forget…").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("3 records go for good.");
        await page.ConfirmAsync("Forget");
        await Expect(page.GetByText("The patient was forgotten; 3 records are gone.")).ToBeVisibleAsync();
        await page.Locator("#patient").FillAsync(reference);
        await page.Button("Forget…").ClickAsync();
        await Expect(page.GetByText("No record has this reference.")).ToBeVisibleAsync();
        Assert.DoesNotContain("MRN", page.Url, StringComparison.Ordinal);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Administrator_WithdrawsAnImport()
    {
        await using var service = await Service.StartAsync();
        await service.ImportAsync("clinic.csv", Imported);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/data");

        // The same file again: the result says so and offers the way back.
        await page.GetByLabel("Add its rows to the records of the database").CheckAsync();
        await Expect(page.Locator("input[type=file]")).ToBeEnabledAsync();
        await page.Locator("input[type=file]").SetInputFilesAsync(Build.Sample);
        await page.Button("Keep").ClickAsync();
        await Expect(page.Locator(".notice.warning").First).ToContainTextAsync($"{Imported} of these rows were among the records already.");
        await page.Button("Withdraw this import").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync(new Regex(@"records go for good: Negative \d+, Prediabetes \d+, Diabetes \d+\."));
        await page.ConfirmAsync("Withdraw");
        await Expect(page.Button("Withdraw this import")).ToHaveCountAsync(0);
        Assert.Equal(Imported, await LabelledAsync(service));

        await page.Link("Records").ClickAsync();
        await page.Link("clinic.csv").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"\?import=\d+$"));
        await page.Button("Withdraw: clinic.csv").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync($"The records came from the file clinic.csv, imported by {Service.AdminEmail}.");
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("No version was trained on the records of the database since.");
        await page.ConfirmAsync("Withdraw");

        // An empty page leads on.
        await page.Locator(".empty").GetByRole(AriaRole.Link, new() { Name = "Upload data" }).ClickAsync();
        await Expect(page.Locator("input[type=file]")).ToBeEnabledAsync();
        Assert.Equal(0, await LabelledAsync(service));
        Assert.Empty(visitor.Strangers);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Dialogs_AreReadableByEverybodyAndFitANarrowScreen()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync("es", 360, dark: true);
        var page = await visitor.SignInAsync(asAdmin: true, "/labelled-records");

        await page.Locator("tbody .actions button").First.ClickAsync();
        await Expect(page.Locator("#correction-reason")).ToBeVisibleAsync();
        await LookTests.AssertReadableAsync(page, "record-correction");
    }

    private static ILocator Rows(IPage page) => page.Locator("table").First.Locator("tbody tr");

    private static string Class(Speech speech, string name) => name switch
    {
        "Negative" => speech.Say($"Negative"),
        "Prediabetes" => speech.Say($"Prediabetes"),
        _ => speech.Say($"Diabetes"),
    };

    private static async Task<JsonElement[]> RecordsAsync(Service service) =>
        [.. (await service.Admin.GetFromJsonAsync<JsonElement>("/records")).GetProperty("records").EnumerateArray()];

    private static async Task<int> LabelledAsync(Service service) =>
        (await service.Admin.GetFromJsonAsync<JsonElement>("/records/summary")).GetProperty("labelled").GetInt32();
}
