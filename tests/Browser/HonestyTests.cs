using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>No page misleads: answers belong to the values beside them, numbers keep their magnitude, warnings come first.</summary>
[Collection(BrowserGroup.Name)]
public sealed class HonestyTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData("en", "7,2", "HbA1c (%) 7.2")]
    [InlineData("es", "7.2", "HbA1c (%) 7,2")]
    public async Task Try_WhenAValueChanges_WithdrawsTheAnswer(string language, string typed, string repeated)
    {
        var speech = new Speech(language);
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync(language, width: 360);
        var page = await visitor.SignInAsync(asAdmin: false, "/try");
        await page.Locator("#hba1c").FillAsync(typed);
        await page.Locator("#age").FillAsync("58");
        await page.Locator("#bmi").FillAsync("33");
        await Expect(page.Locator("input[type=radio]:checked")).ToHaveCountAsync(0);
        await page.Button(speech.Say($"Predict")).ClickAsync();
        await Expect(page.GetByText(speech.Say($"Choose one."))).ToBeVisibleAsync();

        await page.GetByLabel(speech.Say($"Female"), new() { Exact = true }).CheckAsync();
        await page.Button(speech.Say($"Predict")).ClickAsync();

        await Expect(page.Locator("#verdict")).ToBeInViewportAsync();
        await Expect(page.GetByTestId("made-for")).ToContainTextAsync(repeated);
        await page.Locator("#age").FillAsync("59");
        await Expect(page.Locator("#verdict")).ToHaveCountAsync(0);
        await Expect(page.GetByText(speech.Say($"The values have changed. Press Predict for their answer."))).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserTheory]
    [InlineData("7.200")]
    [InlineData("7,200")]
    [InlineData("seven")]
    public async Task Try_WhenANumberIsAmbiguousOrNone_SaysSoAndAnswersNothing(string typed)
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false, "/try");
        await page.Locator("#hba1c").FillAsync(typed);
        await page.Locator("#age").FillAsync("58");
        await page.Locator("#bmi").FillAsync("33");
        await page.GetByLabel("Male", new() { Exact = true }).CheckAsync();
        await page.Button("Predict").ClickAsync();

        await Expect(page.Locator("#hba1c-problem")).ToHaveTextAsync(typed == "seven"
            ? "Enter a number, such as 7.2."
            : "This can mean 7.2 or 7200. Enter one of these two.");
        await Expect(page.Locator("#verdict")).ToHaveCountAsync(0);
    }

    [BrowserTheory]
    [InlineData("/try", "#hba1c")]
    [InlineData("/try", "#reference")]
    [InlineData("/retrain", "#epochs")]
    [InlineData("/versions", "#filter")]
    public async Task Field_WhenTheServersAnswerComesLate_KeepsWhatWasTypedMeanwhile(string path, string field)
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/account");
        ConcurrentQueue<Action> held = [];
        var isSlow = false;
        await page.RouteWebSocketAsync(new Regex("_blazor"), browserSide =>
        {
            var server = browserSide.ConnectToServer();
            server.OnMessage(frame =>
            {
                Action pass = () => Pass(frame, browserSide);
                if (Volatile.Read(ref isSlow))
                {
                    held.Enqueue(pass);
                }
                else
                {
                    pass();
                }
            });
        });
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit });
        await page.SettledAsync();
        await page.Locator(field).FillAsync("1");

        Volatile.Write(ref isSlow, true);
        await page.Keyboard.PressAsync("2");
        await Service.UntilAsync(() => Task.FromResult(!held.IsEmpty), "the server's answer to the second digit");
        await page.Keyboard.PressAsync("3");
        for (var count = held.Count; count > 0 && held.TryDequeue(out var pass); count--)
        {
            pass();
        }

        await page.Keyboard.PressAsync("4");

        await Expect(page.Locator(field)).ToHaveValueAsync("1234");
    }

    [BrowserFact]
    public async Task Field_WhenThePagesFocusComesLate_KeepsTheFocus()
    {
        await using var visitor = await browser.VisitAsync();
        var (page, release) = await OpenWithoutFocusAsync(visitor, "/try");
        await page.Locator("#reference").FillAsync("1");

        release();

        // The browser handles what it gets in order, so the field's answer comes after the focus.
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
        await page.Keyboard.PressAsync("2");
        await Expect(page.Locator("#reference")).ToHaveValueAsync("12");
    }

    [BrowserFact]
    public async Task Page_WhenItsFocusComesLate_StaysWhereItWasScrolled()
    {
        var shown = await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var (page, release) = await OpenWithoutFocusAsync(visitor, $"/versions/{shown.Active}");
        await page.EvaluateAsync("() => window.scrollTo(0, 300)");
        Assert.Equal(300, await page.EvaluateAsync<int>("() => window.scrollY"));

        release();

        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        Assert.Equal(300, await page.EvaluateAsync<int>("() => window.scrollY"));

        // The next page begins at its top all the same.
        await page.Link("Versions").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Versions");
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        Assert.Equal(0, await page.EvaluateAsync<int>("() => window.scrollY"));
    }

    /// <summary>A page that has opened, but for the call that moves the focus to its heading.</summary>
    private async Task<(IPage Page, Action Release)> OpenWithoutFocusAsync(Visitor visitor, string path)
    {
        await browser.ShownAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/account");
        ConcurrentQueue<Action> held = [];
        var isLate = true;
        await page.RouteWebSocketAsync(new Regex("_blazor"), browserSide => browserSide.ConnectToServer().OnMessage(frame =>
        {
            if (frame.Binary is not { Length: > 0 } bytes)
            {
                Pass(frame, browserSide);
                return;
            }

            foreach (var message in MessagesOf(bytes))
            {
                var text = Encoding.Latin1.GetString(message);
                if (Volatile.Read(ref isLate)
                    && text.Contains("focus", StringComparison.Ordinal) && !text.Contains("JS.RenderBatch", StringComparison.Ordinal))
                {
                    held.Enqueue(() => browserSide.Send(message));
                }
                else
                {
                    browserSide.Send(message);
                }
            }
        }));
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit });
        await page.SettledAsync();
        await Service.UntilAsync(() => Task.FromResult(!held.IsEmpty), "the call that moves the focus");
        return (page, () =>
        {
            Volatile.Write(ref isLate, false);
            while (held.TryDequeue(out var pass))
            {
                pass();
            }
        });
    }

    /// <summary>
    /// A busy server sends several messages in one frame. Each begins with its length: seven bits in a byte, the lowest first, and the
    /// eighth bit in all but the last. What doesn't end with a message, as the greeting, is one.
    /// </summary>
    private static List<byte[]> MessagesOf(byte[] frame)
    {
        List<byte[]> messages = [];
        for (int start = 0, end; start < frame.Length; start = end)
        {
            var (length, shift) = (0, 0);
            end = start;
            do
            {
                length |= (frame[end] & 0x7F) << shift;
                shift += 7;
            }
            while ((frame[end++] & 0x80) != 0 && end < frame.Length && shift < 32);
            end += length;
            if (length < 0 || end > frame.Length)
            {
                return [frame];
            }

            messages.Add(frame[start..end]);
        }

        return messages;
    }

    private static void Pass(IWebSocketFrame frame, IWebSocketRoute browserSide)
    {
        if (frame.Binary is { Length: > 0 } bytes)
        {
            browserSide.Send(bytes);
        }
        else
        {
            browserSide.Send(frame.Text!);
        }
    }

    [BrowserTheory]
    [InlineData("en", "0,01", "0.01")]
    [InlineData("es", "0,01", "0,01")]
    [InlineData("es", "0.01", "0,01")]
    public async Task Retrain_AsksWithTheSettingThatWasTyped_AndStartsNothingWithAnInvalidOne(string language, string typed, string shown)
    {
        var speech = new Speech(language);
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync(language);
        var page = await visitor.SignInAsync(asAdmin: true, "/retrain");
        var start = page.Button(speech.Say($"Start the training"));
        await page.Locator("#rate").FillAsync(typed);
        await start.ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync(shown);
        await page.ConfirmAsync(speech.Say($"Cancel"));

        foreach (var invalid in new[] { "99999", "1.000", "1,5", "" })
        {
            await page.Locator("#epochs").FillAsync(invalid);
            await Expect(start).ToBeDisabledAsync();
        }

        await page.Locator("#epochs").FillAsync("20");
        await Expect(start).ToBeEnabledAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Overview_WhenTheModelLosesToASimpleRule_SaysThatFirst_AndSoDoesTheActivation()
    {
        await using var service = await Service.StartAsync();
        var dataset = await service.UploadAsync("weak.csv");
        var weak = await service.UntrainedAsync(dataset, seed: 1);
        await service.ActivateAsync(weak);
        var other = await service.UntrainedAsync(dataset, seed: 2);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true);

        await Expect(page.Locator(".next p")).ToContainTextAsync("The model in service is not better than a simple rule by HbA1c alone.");
        await page.GoAsync("/versions");
        await page.Button($"Activate version {await service.NumberAsync(other)}").ClickAsync();
        await Expect(page.Locator(".mud-dialog .notice").Filter(new() { HasText = "Not better than a simple rule by HbA1c alone" }))
            .ToBeVisibleAsync();

        // A version that beats the rule is named, not a newer one that is better than the one in service but loses to the rule too.
        var good = await service.TrainAsync(await service.UploadAsync("good.csv"), epochs: 60);
        var luckier = await service.UntrainedAsync(dataset, seed: 4);
        var comparison = await service.Admin.GetFromJsonAsync<System.Text.Json.JsonElement>($"/model/compare?baseline={weak}&candidate={luckier}");
        Assert.Equal("better", comparison.GetProperty("verdict").GetString());
        await page.GoAsync("/");
        await Expect(page.Locator(".next.warning p")).ToContainTextAsync($"Version {await service.NumberAsync(good)} is better than");
    }

    [BrowserFact]
    public async Task History_OffersARollback_OnlyToAVersionThatItNames()
    {
        await using var service = await Service.StartAsync();
        var dataset = await service.UploadAsync("history.csv", 200);
        var first = await service.TrainAsync(dataset, epochs: 2, seed: 1);
        var second = await service.TrainAsync(dataset, epochs: 2, seed: 2);
        await service.ActivateAsync(first);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, "/history");
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Roll back") })).ToHaveCountAsync(0);

        await service.ActivateAsync(second);

        await page.Button("Roll back to version 1").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("From now on version 1 answers every prediction.");
        await page.ConfirmAsync("Roll back");
        await Expect(page.Locator(".timeline li").First).ToContainTextAsync("Rolled back from version 2 to version 1");
    }

    [BrowserFact]
    public async Task SignOut_InOneTab_EndsTheOther()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false);
        var other = await visitor.OpenAsync("/versions");
        await other.SettledAsync();

        await page.Button("Sign out").ClickAsync();

        await Expect(page.Locator("#password")).ToBeVisibleAsync();
        await Expect(other.Locator("#password")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task SignIn_WithAFormThatIsOutOfDate_AnswersWithAPageThatSaysWhatToDo()
    {
        await using var visitor = await browser.VisitAsync();
        var stale = await visitor.OpenAsync("/login");
        await stale.Locator("#email").FillAsync(Service.UserEmail);
        await stale.Locator("#password").FillAsync(Service.UserPassword);
        await visitor.SignInAsync(asAdmin: false);

        await stale.Locator("form button[type=submit]").ClickAsync();

        await Expect(stale.GetByText("This form is out of date")).ToBeVisibleAsync();
        await stale.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(stale.Locator(".hero, .next, #email").First).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Theme_WhenTheSystemChangesIt_ChangesPageAndButtonsTogether()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await ExpectPaletteAsync(page, "#7cc4f0");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await ExpectPaletteAsync(page, "#0b5c8a");
    }

    [BrowserFact]
    public async Task Try_AsksForWhatIsMissingByItsName_AndCalculatesTheBodyMassIndex()
    {
        await using var visitor = await browser.VisitAsync("es");
        var page = await visitor.SignInAsync(asAdmin: false, "/try");
        await page.Button("Predecir").ClickAsync();
        await Expect(page.Locator("#hba1c-problem")).ToHaveTextAsync("Escriba la HbA1c.");
        await Expect(page.Locator("#age-problem")).ToHaveTextAsync("Escriba la edad.");

        await page.GetByText("Calcularlo a partir del peso y la altura").ClickAsync();
        await page.Locator("#weight").FillAsync("81,5");
        await page.Locator("#height").FillAsync("1,75");
        await Expect(page.Locator("#bmi")).ToHaveValueAsync("");
        await page.Locator("#height").FillAsync("175");

        await Expect(page.Locator("#bmi")).ToHaveValueAsync("26,6");
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Connection_WhenItIsLostAndComesBack_KeepsWhatWasTypedAndAllowsNoActionMeanwhile()
    {
        await using var service = await Service.StartAsync();
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: false, "/try");
        await page.Locator("#hba1c").FillAsync("7.2");
        await page.GetByLabel("Female", new() { Exact = true }).CheckAsync();

        await service.KillAsync();
        await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
        await Expect(page.Locator("form .mud-button-root")).ToHaveAttributeAsync("inert", "");
        await page.Locator("#age").FillAsync("58");
        await service.RunAsync();
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 60_000 });

        await Expect(page.Locator("#hba1c")).ToHaveValueAsync("7.2");
        await Expect(page.Locator("#age")).ToHaveValueAsync("58");
        await Expect(page.GetByLabel("Female", new() { Exact = true })).ToBeCheckedAsync();
        await page.Button("Predict").ClickAsync();
        await Expect(page.Locator("#bmi-problem")).ToHaveTextAsync("Enter the BMI.");
        await Expect(page.Locator("#hba1c-problem, #age-problem")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Connection_WhenItComesBackToTheSamePage_TellsTheServerWhatWasTypedMeanwhile()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/account");
        var (isDeaf, isCut) = (false, false);
        IWebSocketRoute? route = null;
        await page.RouteWebSocketAsync(new Regex("_blazor"), async browserSide =>
        {
            if (Volatile.Read(ref isCut))
            {
                await browserSide.CloseAsync();
                return;
            }

            route = browserSide;
            var server = browserSide.ConnectToServer();
            browserSide.OnMessage(frame =>
            {
                if (!Volatile.Read(ref isDeaf))
                {
                    Pass(frame, server);
                }
            });
        });
        await page.GotoAsync("/try", new() { WaitUntil = WaitUntilState.Commit });
        await page.SettledAsync();
        await page.Locator("#hba1c").FillAsync("7.2");

        Volatile.Write(ref isDeaf, true);
        await page.Locator("#age").FillAsync("58");
        Volatile.Write(ref isCut, true);
        await route!.CloseAsync();
        await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
        await page.GetByLabel("Female", new() { Exact = true }).CheckAsync();
        Volatile.Write(ref isDeaf, false);
        Volatile.Write(ref isCut, false);
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 60_000 });

        await page.Button("Predict").ClickAsync();
        await Expect(page.Locator("#bmi-problem")).ToHaveTextAsync("Enter the BMI.");
        await Expect(page.Locator(".wrong")).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task Training_BeforeItsFirstEpoch_HasACalmPlaceForItsCurves_AndAfterTheLastOneMarksTheKeptEpoch()
    {
        await using var service = await Service.StartAsync();
        var dataset = await service.UploadAsync("curves.csv");
        var first = await QueueAsync(service, dataset, epochs: 10_000);
        var second = await QueueAsync(service, dataset, epochs: 30);
        await using var visitor = await browser.VisitAsync(service: service);
        var page = await visitor.SignInAsync(asAdmin: true, $"/trainings/{second}");
        await Expect(page.Locator(".no-chart")).ToBeVisibleAsync();
        await Expect(page.Locator("svg.chart")).ToHaveCountAsync(0);

        using (await service.Admin.PostAsync($"/model/jobs/{first}/cancel", null))
        {
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How it went" })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        }

        await Expect(page.Locator(".curves figure")).ToHaveCountAsync(2);
        await Expect(page.Locator(".curves text.kept")).ToHaveTextAsync([new Regex("kept [0-9]+"), new Regex("kept [0-9]+")]);
        await Expect(page.GetByText("Mark on the validation patients (macro F1)")).ToBeVisibleAsync();
        await Expect(page.GetByText("Overall mark (macro F1)").First).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    private static async Task<string> QueueAsync(Service service, string dataset, int epochs)
    {
        using var response = await service.Admin.PostAsJsonAsync(
            "/model/retrain", new { use_database = false, dataset_name = dataset, epochs });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("job_id").GetString()!;
    }

    /// <summary>The library's primary colour, which the buttons have.</summary>
    private static Task ExpectPaletteAsync(IPage page, string primary) => Service.UntilAsync(
        async () =>
        {
            var rgb = string.Join(", ", Convert.FromHexString(primary[1..]).Select(part => $"{part}"));
            var palette = await page.EvaluateAsync<string>(
                "() => getComputedStyle(document.documentElement).getPropertyValue('--mud-palette-primary').trim()");
            return palette.StartsWith($"rgba({rgb.Replace(" ", "", StringComparison.Ordinal)}", StringComparison.Ordinal)
                || palette.StartsWith($"rgba({rgb}", StringComparison.Ordinal);
        },
        $"palette {primary}");
}
