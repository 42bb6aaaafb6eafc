using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ModelOps.Browser.Tests;

/// <summary>Who gets in, where to, and what is remembered of a choice.</summary>
[Collection(BrowserGroup.Name)]
public sealed class DoorTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData(@"/\elsewhere.example/")]
    public async Task SignIn_WithAForeignReturnAddress_StaysHere(string target)
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.OpenAsync($"/login?ReturnUrl={Uri.EscapeDataString(target)}");
        await page.Locator("#email").FillAsync(Service.UserEmail);
        await page.Locator("#password").FillAsync(Service.UserPassword);
        await page.Locator("form button[type=submit]").ClickAsync();

        await Expect(page).ToHaveURLAsync(browser.Service.Address.ToString());
        Assert.Empty(visitor.Strangers);
    }

    [BrowserFact]
    public async Task SignIn_WithAWrongPassword_SaysSoInTheReadersLanguage()
    {
        await using var visitor = await browser.VisitAsync("es");
        var page = await visitor.OpenAsync("/login");
        await page.Locator("#email").FillAsync("nobody@example.org");
        await page.Locator("#password").FillAsync("not the right one");
        await page.Locator("form button[type=submit]").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("El correo o la contraseña no son correctos.");
        await Expect(page.Locator("#email")).ToHaveValueAsync("nobody@example.org");
    }

    [BrowserFact]
    public async Task Choices_OfLanguageAndColours_AreRemembered()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false);
        await page.Button("Dark colours").ClickAsync();
        await page.Button("Español").ClickAsync();

        await Expect(page.Locator("h1")).ToHaveTextAsync("Resumen");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "es");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(page.Button("Colores claros")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Keyboard_ReachesTheContentAndTheMeaningsOfNumbers()
    {
        await browser.ShownAsync();
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: false);
        await page.Locator("body").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        var term = page.Locator(".hero .term").Last;
        await term.FocusAsync();

        var tip = page.Locator($"#{await term.GetAttributeAsync("aria-describedby")}");
        await Expect(tip).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(tip).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task JobServer_LetsAdministratorsIn_AndNobodyElse()
    {
        await using var stranger = await browser.VisitAsync();
        var login = await stranger.OpenAsync("/hangfire");
        Assert.Contains("/login", login.Url, StringComparison.Ordinal);

        await using var user = await browser.VisitAsync();
        var refused = await user.SignInAsync(asAdmin: false);
        var answer = await refused.GotoAsync("/hangfire");
        Assert.Equal(403, answer!.Status);
        await Expect(refused.Locator("main")).ToContainTextAsync("Your role doesn't allow this.");
        Assert.Equal(403, (await refused.GotoAsync("/accounts"))!.Status);

        await using var admin = await browser.VisitAsync();
        var page = await admin.SignInAsync(asAdmin: true);
        Assert.Equal(200, (await page.GotoAsync("/hangfire"))!.Status);
        await Expect(page).ToHaveTitleAsync("Overview – ModelOps");
        Assert.Empty(admin.Strangers);
    }

    [BrowserFact]
    public async Task Administrator_LetsSomebodyInAndLocksThemOut_ButNotTheLastAdministrator()
    {
        const string email = "doctor@example.org";
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/accounts");
        await page.Locator("#new-email").FillAsync(email);
        await page.Locator("#new-password").FillAsync("short");
        await page.Button("Create the user").ClickAsync();
        await Expect(page.Locator("#password-problem")).ToBeVisibleAsync();
        await page.Locator("#new-password").FillAsync("long enough for 3");
        await page.Button("Create the user").ClickAsync();
        var row = page.Locator("tbody tr").Filter(new() { HasText = email });
        await Expect(row).ToContainTextAsync("User");
        await using (var doctor = await browser.VisitAsync())
        {
            await doctor.SignInAsync(email, "long enough for 3");
        }

        await page.Button($"Block: {email}").ClickAsync();
        await page.ConfirmAsync("Block");
        await Expect(page.Button($"Unblock: {email}")).ToBeVisibleAsync();
        await page.Button($"Block: {Service.AdminEmail}").ClickAsync();
        await page.ConfirmAsync("Block");
        await Expect(page.Locator(".mud-snackbar").Last).ToContainTextAsync("last");
        await page.Button($"Delete: {email}").ClickAsync();
        await page.ConfirmAsync("Delete");

        await Expect(row).ToHaveCountAsync(0);
        await Expect(page.Button($"Block: {Service.AdminEmail}")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task PasswordReset_ByAnAdministrator_LeadsToTheAccountPageUntilItIsChanged()
    {
        const string email = "forgetful@example.org", next = "remembered for good 4";
        using var created = await browser.Service.Admin.PostAsJsonAsync(
            "/users", new { email, password = Service.UserPassword, role = "USER" });
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/accounts");
        await page.GetByLabel($"Role: {email}").SelectOptionAsync("CLINICIAN");
        await page.ConfirmAsync("Change the role");
        await Expect(page.GetByLabel($"Role: {email}")).ToHaveValueAsync("CLINICIAN");
        await page.Button($"Reset password: {email}").ClickAsync();
        await page.ConfirmAsync("Reset password");
        var password = await page.Locator("#one-time-password").InnerTextAsync();

        await using var forgetful = await browser.VisitAsync();
        var door = await forgetful.OpenAsync("/login");
        await door.Locator("#email").FillAsync(email);
        await door.Locator("#password").FillAsync(password);
        await door.Locator("form button[type=submit]").ClickAsync();
        await Expect(door).ToHaveURLAsync(new Uri(browser.Service.Address, "/account").ToString());
        await door.SettledAsync();
        await Expect(door.Locator(".notice.warning")).ToContainTextAsync("one-time password");
        await door.GoAsync("/versions");
        Assert.EndsWith("/account", door.Url, StringComparison.Ordinal);
        await door.Link("Data").ClickAsync();
        await Expect(door).ToHaveURLAsync(new Uri(browser.Service.Address, "/account").ToString());
        await door.Locator("#current-password").FillAsync(password);
        await door.Locator("#next-password").FillAsync(next);
        await door.Locator("#repeated-password").FillAsync("another one");
        await door.Button("Change the password").ClickAsync();
        await Expect(door.Locator("#repeated-problem")).ToBeVisibleAsync();
        await door.Locator("#repeated-password").FillAsync(next);
        await door.Button("Change the password").ClickAsync();

        await Expect(door.GetByText("this one")).ToBeVisibleAsync();
        await door.GoAsync("/versions");
        Assert.EndsWith("/versions", door.Url, StringComparison.Ordinal);
        Assert.Empty(forgetful.Errors);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task AccountPage_EndsAnotherSessionAndMakesATokenThatWorks()
    {
        const string email = "owner@example.org";
        using var created = await browser.Service.Admin.PostAsJsonAsync(
            "/users", new { email, password = Service.UserPassword, role = "USER" });
        await using var elsewhere = await browser.VisitAsync();
        var other = await elsewhere.SignInAsync(email, Service.UserPassword, "/versions");
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(email, Service.UserPassword, "/account");

        await page.Locator("section").Filter(new() { HasText = "Where you are signed in" })
            .GetByRole(AriaRole.Button, new() { Name = "End: " }).ClickAsync();
        await page.ConfirmAsync("End");
        await Expect(other.Locator("#password")).ToBeVisibleAsync(new() { Timeout = 60_000 });

        await page.Locator("#token-name").FillAsync("nightly report");
        await page.GetByLabel("to look").CheckAsync();
        await page.Button("Create the token").ClickAsync();
        var token = await page.Locator("#new-token").InnerTextAsync();
        using var script = new HttpClient { BaseAddress = browser.Service.Address };
        script.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.True((await script.GetAsync("/model/versions")).IsSuccessStatusCode);
        await page.Button("Delete: nightly report").ClickAsync();
        await page.ConfirmAsync("Delete");

        await Expect(page.GetByText("None yet. A script sends")).ToBeVisibleAsync();
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await script.GetAsync("/model/versions")).StatusCode);
        Assert.Empty(visitor.Errors);
    }

    [BrowserFact]
    public async Task Upload_ByDragAndDrop_ReportsProblemsByLine()
    {
        await using var visitor = await browser.VisitAsync();
        var page = await visitor.SignInAsync(asAdmin: true, "/data");
        await Expect(page.Locator(".drop input")).ToBeEnabledAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("modelops-drop-").FullName, "dropped.csv");
        await File.WriteAllTextAsync(file, "HbA1c,AGE,BMI,Gender,CLASS\n5.1,40,22,F,N\n48,50,27,M,Y\n6.0,50,27,M,P\n");
        try
        {
            await DropAsync(page, ".drop", file);
            await page.Button("Keep").ClickAsync();

            await Expect(page.Locator(".notice.warning")).ToContainTextAsync("2 rows are usable; left out: 1.");
            await Expect(page.Locator("table").Filter(new() { HasText = "mmol/mol" })).ToContainTextAsync("HbA1c");
            await Expect(page.Link("dropped.csv")).ToBeVisibleAsync();
            Assert.Empty(visitor.Errors);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    /// <summary>A file from the desktop, let go over an element: the browser's own events, which no script of a page can make.</summary>
    private static async Task DropAsync(IPage page, string selector, string file)
    {
        var target = (await page.Locator(selector).BoundingBoxAsync())!;
        var session = await page.Context.NewCDPSessionAsync(page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            await session.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = target.X + (target.Width / 2),
                ["y"] = target.Y + (target.Height / 2),
                ["data"] = new { items = Array.Empty<object>(), files = new[] { file }, dragOperationsMask = 1 },
            });
        }

        await session.DetachAsync();
    }
}
