using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>A file is chosen, looked at, corrected and kept by clicks.</summary>
[Collection(BrowserGroup.Name)]
public sealed class UploadTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData("en", 1280)]
    [InlineData("es", 360)]
    public async Task Upload_OfACertainFile_IsOneClick(string language, int width)
    {
        var speech = new Speech(language);
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync(language, width);
        var page = await visitor.SignInAsync(asAdmin: true, "/data");

        // In a clinic's own words and units, under a name that isn't allowed.
        var name = $"datos {Guid.NewGuid():N} (1).csv";
        await ChooseAsync(page, name, "Sexo;Edad;IMC;HbA1c (mmol/mol);Clase\n", row => $"{"HM"[row % 2]};{30 + row};{22 + row},5;{33 + row};{"NPY"[row % 3]}\n");

        var kept = name.Replace(' ', '-').Replace("(1)", "1", StringComparison.Ordinal);
        await Expect(page.Locator("#kept-name")).ToHaveValueAsync(kept);
        await Expect(page.Locator(".preview details")).Not.ToHaveAttributeAsync("open", "");
        await page.Locator(".preview summary").ClickAsync();
        await Expect(page.Locator(".preview table tbody tr").First).ToContainTextAsync(language == "es" ? "5,17" : "5.17");
        await page.Button(speech.Say($"Keep")).ClickAsync();

        await Expect(page.Locator(".notice.success")).ToContainTextAsync(kept);
        await page.GoAsync($"/data/{kept}");
        await Expect(page.Locator(".chart")).ToHaveCountAsync(3);
        Assert.NotEqual("", shown.Active);
        Assert.Equal(0, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Upload_OfAFileWithOtherWords_IsMappedByClicks()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/data");
        var name = $"{Guid.NewGuid():N}.csv";

        await ChooseAsync(page, name, "sugar,AGE,BMI,sex,diabetes\n", row => $"{(row % 2 == 0 ? 5.2 : 8.1):0.0},{30 + row},{22 + row},{row % 2},{(row % 2 == 0 ? "No" : "Yes")}\n");
        await Expect(page.Button("Keep")).ToBeDisabledAsync();
        await page.Locator("#column-HbA1c").SelectOptionAsync("sugar");
        if (await page.Locator("#column-CLASS").InputValueAsync() is "")
        {
            await page.Locator("#column-CLASS").SelectOptionAsync("diabetes");
        }

        await page.GetByLabel("0", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Female" });
        await page.GetByLabel("1", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Male" });
        await page.GetByLabel("No", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Negative" });
        await page.GetByLabel("Yes", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Diabetes" });
        await Expect(page.Button("Keep")).ToBeEnabledAsync();
        await page.Button("Keep").ClickAsync();

        await Expect(page.Locator(".notice.success")).ToContainTextAsync(name);
        var dataset = await browser.Service.Admin.GetFromJsonAsync<JsonElement>($"/model/datasets/{name}");
        Assert.Equal("""{"Negative":10,"Prediabetes":0,"Diabetes":10}""", dataset.GetProperty("class_counts").GetRawText());
        Assert.Equal("""{"F":10,"M":10}""", dataset.GetProperty("profile").GetProperty("columns").GetProperty("Gender").GetProperty("counts").GetRawText());
        Assert.Empty(visitor.Errors);
    }

    [BrowserTheory]
    [InlineData("en", 1280)]
    [InlineData("es", 360)]
    public async Task Mapping_ThatWasSaved_ReadsTheNextFileByOneClick(string language, int width)
    {
        var speech = new Speech(language);
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync(language, width);
        var page = await visitor.SignInAsync(asAdmin: true, "/data");
        var header = $"sugar|AGE|BMI|sex|CLASS|ward {Guid.NewGuid():N}|chart\n";
        string mapping = $"Ward {Guid.NewGuid():N}", read = speech.Say($"Read by {mapping}");
        Func<int, FormattableString> row = i => $"{5.2 + (i % 4)}|{30 + i}|{22 + i}|{i % 2}|{"NPY"[i % 3]}|x|chart {i / 2}\n";

        await ChooseAsync(page, "first.csv", header, row);
        await Expect(page.Locator("#separator")).ToHaveValueAsync("|");
        await page.Locator("#column-HbA1c").SelectOptionAsync("sugar");
        await page.GetByLabel("0", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = speech.Say($"Female") });
        await page.GetByLabel("1", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = speech.Say($"Male") });
        await page.Locator("#column-patient").SelectOptionAsync("chart");
        await Expect(page.Locator(".preview table tbody tr").First).ToContainTextAsync("chart 0");
        await Expect(page.Button(speech.Say($"Keep"))).ToBeEnabledAsync();
        await page.Locator("#mapping-name").FillAsync(mapping);
        await page.Button(speech.Say($"Remember")).ClickAsync();
        await Expect(page.Button(read)).ToBeVisibleAsync();
        await page.Button(speech.Say($"Cancel")).ClickAsync();

        await ChooseAsync(page, "second.csv", header, row);
        await Expect(page.Button(speech.Say($"Keep"))).ToBeDisabledAsync();
        await page.Button(read).ClickAsync();
        await Expect(page.Button(speech.Say($"Keep"))).ToBeEnabledAsync();
        await Expect(page.Locator("#column-patient")).ToHaveValueAsync("chart");
        Assert.Equal(0, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"));

        await page.Button($"{speech.Say($"Delete")}: {mapping}").ClickAsync();
        await Expect(page.Button(read)).ToHaveCountAsync(0);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Separator_ThatDoesNotFit_IsRefusedAndTheFormStays()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/data");
        await ChooseAsync(
            page,
            $"{Guid.NewGuid():N}.csv",
            "HbA1c;AGE;BMI;Gender;CLASS\n",
            row => $"6,1;{42 + row};{20 + row};{"FM"[row % 2]};{"NPY"[row % 3]}\n");
        await page.Locator(".preview summary").ClickAsync();
        await Expect(page.Button("Keep")).ToBeEnabledAsync();

        await page.Locator("#separator").SelectOptionAsync(",");
        await Expect(page.Button("Keep")).ToBeDisabledAsync();
        await page.Locator("#separator").SelectOptionAsync(";");
        await Expect(page.Button("Keep")).ToBeEnabledAsync();
        await page.Locator("#encoding").SelectOptionAsync("utf-16le");
        await Expect(page.Locator("section[aria-labelledby=upload] > .notice.error")).ToBeVisibleAsync();
        await Expect(page.Locator("#encoding")).ToHaveValueAsync("utf-8");
        await Expect(page.Button("Keep")).ToBeEnabledAsync();
    }

    [BrowserFact]
    public async Task Upload_OfExchangedColumns_IsKeptOnlyOnceTheWarningIsTicked()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/data");

        await ChooseAsync(
                page, $"{Guid.NewGuid():N}.csv", "HbA1c,AGE,BMI,Gender,CLASS\n",
                row => $"6.1,{22 + (row % 9)},{50 + row},F,{"NPY"[row % 3]}\n");
        await Expect(page.Button("Keep")).ToBeDisabledAsync();
        await page.Locator(".preview .notice.warning input").CheckAsync();
        await page.Button("Keep").ClickAsync();

        await Expect(page.Locator(".notice.success")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Preview_OfALargeFile_SendsItsBeginningOnly()
    {
        const int Rows = 400_000;
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/account");
        var sent = 0L;
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) =>
            Interlocked.Add(ref sent, frame.Binary?.Length ?? frame.Text!.Length);
        await page.GoAsync("/data");

        // A column is missing, so nothing else is sent before somebody has answered.
        await ChooseAsync(page, "large.csv", "HbA1c,AGE,BMI,Gender,outcome\n", row => $"6.1,{40 + (row % 9)},25,F,N\n", Rows);

        await Expect(page.Locator(".preview [role=status]")).ToContainTextAsync("Something isn't certain.");
        Assert.InRange(Interlocked.Read(ref sent), 256 * 1024, 2 * 1024 * 1024);
    }

    [BrowserFact]
    public async Task Dataset_RenamedAndDescribed_SaysSoAtItsNewAddress()
    {
        await browser.ShownAsync();
        var name = await browser.Service.UploadAsync($"{Guid.NewGuid():N}.csv", 60);
        await using var visitor = await browser.VisitAsync(width: 360);
        var page = await visitor.SignInAsync(asAdmin: true, $"/data/{name}");

        await page.Button("Rename or describe").ClickAsync();
        await page.Locator("#dataset-name").FillAsync("a b");
        await Expect(page.Button("Save")).ToBeDisabledAsync();
        await page.Locator("#dataset-name").FillAsync($"renamed-{name}");
        await page.Locator("#dataset-description").FillAsync("Two wards, 2025.");
        await page.Button("Save").ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex($"/data/renamed-{Regex.Escape(name)}$"));
        await Expect(page.Locator("h1")).ToHaveTextAsync($"renamed-{name}");
        await Expect(page.Locator(".note")).ToHaveTextAsync("Two wards, 2025.");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Link("Download its rows").ClickAsync());
        Assert.Equal($"renamed-{name}", download.SuggestedFilename);
    }

    private static async Task ChooseAsync(IPage page, string name, string header, Func<int, FormattableString> row, int rows = 20)
    {
        var csv = header + string.Concat(Enumerable.Range(0, rows).Select(i => row(i).ToString(CultureInfo.InvariantCulture)));
        // The form of the file before goes only with the server's answer, and its input with it.
        await Expect(page.Locator(".preview")).ToHaveCountAsync(0);
        await Expect(page.Locator("input[type=file]")).ToBeEnabledAsync();
        await page.Locator("input[type=file]").SetInputFilesAsync(
            new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(csv) });
        await Expect(page.Locator(".preview")).ToBeVisibleAsync();
    }
}
