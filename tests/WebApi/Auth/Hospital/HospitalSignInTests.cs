using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelOps.WebApi.Tests.Auth.Hospital;

public sealed class HospitalSignInOnSqliteTests(HospitalFixture service) : HospitalSignInTests(service), IClassFixture<HospitalFixture>;

public sealed class HospitalSignInOnPostgreSqlTests(PostgreSqlHospitalFixture service)
    : HospitalSignInTests(service.Required()), IClassFixture<PostgreSqlHospitalFixture>;

/// <summary>Whom the hospital's sign-in lets in, and as whom.</summary>
public abstract partial class HospitalSignInTests(HospitalFixture service)
{
    [Fact]
    public async Task SignIn_TheFirstTime_CreatesTheAccountAndItsSession()
    {
        var person = service.Hospital.Add(Person.New("nurses", "doctors"));
        using var browser = service.Browser();

        using var answer = await browser.SignInAsync(person, "/data?page=2");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/data?page=2", answer.Headers.Location!.OriginalString);
        Assert.Equal((person.Email, "USER"), await browser.MeAsync());
        var session = Assert.Single((await SessionsAsync(browser)).EnumerateArray());
        Assert.Equal("browser", session.GetProperty("kind").GetString());
        Assert.True(session.GetProperty("current").GetBoolean());
        Assert.Equal("USER", (await AccountAsync(person.Email))!.Value.GetProperty("role").GetString());
    }

    [Fact]
    public async Task SignIn_Again_FindsTheAccountAndTakesTheNewEmail()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var first = service.Browser();
        using var before = await first.SignInAsync(person);
        var account = await AccountAsync(person.Email);
        var renamed = service.Hospital.Add(person with { Email = $"{Guid.NewGuid():N}@hospital.example" });
        using var second = service.Browser();

        using var answer = await second.SignInAsync(renamed);

        Assert.Equal((renamed.Email, "USER"), await second.MeAsync());
        var renamedAccount = await AccountAsync(renamed.Email);
        Assert.Equal(account!.Value.GetProperty("id").GetString(), renamedAccount!.Value.GetProperty("id").GetString());
        Assert.Null(await AccountAsync(person.Email));
        Assert.Equal(2, (await SessionsAsync(second)).GetArrayLength());
    }

    [Fact]
    public async Task SignIn_WithTheEmailOfSomebodyElseNow_KeepsTheAccountsOwn()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var first = service.Browser();
        using var before = await first.SignInAsync(person);
        var local = await service.CreateUserAsync();
        var renamed = service.Hospital.Add(person with { Email = local.Email });
        using var second = service.Browser();

        using var answer = await second.SignInAsync(renamed);

        Assert.Equal((person.Email, "USER"), await second.MeAsync());
        Assert.Equal(local.Id, (await AccountAsync(local.Email))!.Value.GetProperty("id").GetString());
    }

    [Fact]
    public async Task SignIn_FiveTimesAtOnce_CreatesOneAccount()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        var browsers = Enumerable.Range(0, 5).Select(_ => service.Browser()).ToArray();
        var callbacks = new List<Uri>();
        foreach (var browser in browsers)
        {
            callbacks.Add(await browser.SignInAtTheHospitalAsync(person));
        }

        var answers = await Task.WhenAll(browsers.Zip(callbacks, (browser, callback) => browser.Client.GetAsync(callback)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode));
        Assert.Equal(5, (await SessionsAsync(browsers[0])).GetArrayLength());
        Array.ForEach(browsers, browser => browser.Dispose());
    }

    [Theory]
    [InlineData("ADMIN", "doctors", "it-department", "diabetologists")]
    [InlineData("CLINICIAN", "doctors", "diabetologists", "doctors")]
    public async Task SignIn_WithSeveralMappedRoles_GivesTheHighest(string expected, params string[] roles)
    {
        var person = service.Hospital.Add(Person.New(roles));
        using var browser = service.Browser();

        using var answer = await browser.SignInAsync(person);

        Assert.Equal((person.Email, expected), await browser.MeAsync());
    }

    [Fact]
    public async Task SignIn_WithAnotherRole_TakesItAndEndsTheOtherSessions()
    {
        var person = service.Hospital.Add(Person.New("modelops-admins"));
        using var first = service.Browser();
        using var before = await first.SignInAsync(person);
        Assert.Equal((person.Email, "ADMIN"), await first.MeAsync());
        service.Hospital.Add(person with { Roles = ["doctors"] });
        using var second = service.Browser();

        using var answer = await second.SignInAsync(person);

        Assert.Equal((person.Email, "USER"), await second.MeAsync());
        Assert.Null(await first.MeAsync());
        Assert.Equal("USER", (await AccountAsync(person.Email))!.Value.GetProperty("role").GetString());
    }

    [Theory]
    [InlineData("en", "none of your roles there gives access to ModelOps", "To the sign-in page")]
    [InlineData("es", "ninguno de sus roles allí da acceso a ModelOps", "A la página de inicio de sesión")]
    public async Task SignIn_WithoutAMappedRole_IsRefusedOnAPage(string language, string sentence, string link)
    {
        var person = service.Hospital.Add(Person.New("visitors", "Doctors"));
        using var browser = service.Browser(language);

        using var answer = await browser.SignInAsync(person);

        var page = await PageAsync(answer, HttpStatusCode.Forbidden);
        Assert.Contains(sentence, page, StringComparison.Ordinal);
        Assert.Contains($"""<a href="/login">{link}</a>""", page, StringComparison.Ordinal);
        Assert.Null(await browser.MeAsync());
        Assert.Null(await AccountAsync(person.Email));
    }

    [Fact]
    public async Task SignIn_AfterTheLastMappedRoleWasTakenAway_EndsTheOtherSessions()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var first = service.Browser();
        using var before = await first.SignInAsync(person);
        Assert.NotNull(await first.MeAsync());
        service.Hospital.Add(person with { Roles = [] });
        using var second = service.Browser();

        using var answer = await second.SignInAsync(person);

        await PageAsync(answer, HttpStatusCode.Forbidden);
        Assert.Null(await first.MeAsync());
    }

    [Fact]
    public async Task SignIn_OfADisabledAccount_IsRefused()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        using var before = await browser.SignInAsync(person);
        using var admin = await service.AdminAsync();
        var id = (await AccountAsync(person.Email))!.Value.GetProperty("id").GetString();
        using var disabled = await admin.PatchAsJsonAsync($"/users/{id}", new { disabled = true });
        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);
        Assert.Null(await browser.MeAsync());
        using var another = service.Browser();

        using var answer = await another.SignInAsync(person);

        var page = await PageAsync(answer, HttpStatusCode.Forbidden);
        Assert.Contains("Your account of ModelOps is locked out.", page, StringComparison.Ordinal);
        Assert.Null(await another.MeAsync());
    }

    [Fact]
    public async Task SignIn_WithTheEmailOfALocalAccount_TakesNothingOverUntilItIsDeleted()
    {
        var local = await service.CreateUserAsync();
        var person = service.Hospital.Add(new Person(local.Email.ToUpperInvariant(), "modelops-admins"));
        using var browser = service.Browser();

        using (var refused = await browser.SignInAsync(person))
        {
            Assert.Contains("An administrator has to delete that account first",
                await PageAsync(refused, HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        Assert.Null(await browser.MeAsync());
        Assert.Equal("USER", (await AccountAsync(local.Email))!.Value.GetProperty("role").GetString());
        await service.LoginAsync(local.Email, ServiceFixture.UserPassword);

        using var admin = await service.AdminAsync();
        using var deleted = await admin.DeleteAsync($"/users/{local.Id}");
        deleted.EnsureSuccessStatusCode();
        using var another = service.Browser();
        using var answer = await another.SignInAsync(person);

        Assert.Equal((person.Email, "ADMIN"), await another.MeAsync());
    }

    [Theory]
    [InlineData("nobody", null, "named no usable e-mail address")]
    [InlineData("no body@hospital.example", null, "named no usable e-mail address")]
    [InlineData("unverified@hospital.example", false, "verified your e-mail address")]
    public async Task SignIn_WithoutAUsableEmail_IsRefused(string email, bool? verified, string sentence)
    {
        var person = service.Hospital.Add(new Person(email, "doctors") { EmailVerified = verified });
        using var browser = service.Browser();

        using var answer = await browser.SignInAsync(person);

        Assert.Contains(sentence, await PageAsync(answer, HttpStatusCode.Forbidden), StringComparison.Ordinal);
        Assert.Null(await AccountAsync(email));
    }

    [Fact]
    public async Task SignIn_WithAVerifiedEmail_Works()
    {
        var person = service.Hospital.Add(Person.New("doctors") with { EmailVerified = true });
        using var browser = service.Browser();

        using var answer = await browser.SignInAsync(person);

        Assert.Equal((person.Email, "USER"), await browser.MeAsync());
    }

    [Fact]
    public async Task Login_WithAPasswordToAnAccountOfTheHospital_Is401()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        using var signedIn = await browser.SignInAsync(person);
        using var client = service.Anonymous();

        using var answer = await client.PostAsJsonAsync("/auth/login", new { email = person.Email, password = HospitalProvider.Password });

        await answer.ProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task Passwords_OfAnAccountOfTheHospital_AreRefused()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        using var signedIn = await browser.SignInAsync(person);
        using var overview = await browser.OpenAsync("/");
        using var change = new HttpRequestMessage(HttpMethod.Post, new Uri(service.ClientOptions.BaseAddress, "/auth/password"))
        {
            Content = JsonContent.Create(new { current = "whatever it was", @new = "a very long new one 7" }),
            Headers = { { "X-CSRF-TOKEN", Token().Match(await overview.Content.ReadAsStringAsync()).Groups[1].Value } },
        };
        using var admin = await service.AdminAsync();
        var id = (await AccountAsync(person.Email))!.Value.GetProperty("id").GetString();

        await (await browser.Client.SendAsync(change)).ProblemAsync(409, "no_password");
        await (await admin.PostAsync($"/users/{id}/reset-password", null)).ProblemAsync(409, "no_password");

        Assert.Equal((person.Email, "USER"), await browser.MeAsync());
    }

    [Fact]
    public async Task AccessToken_OfAnAccountOfTheHospital_HasTheRoleOfTheLastSignIn()
    {
        var person = service.Hospital.Add(Person.New("modelops-admins"));
        using var browser = service.Browser();
        using var signedIn = await browser.SignInAsync(person);
        using var overview = await browser.OpenAsync("/");
        using var create = new HttpRequestMessage(HttpMethod.Post, new Uri(service.ClientOptions.BaseAddress, "/auth/tokens"))
        {
            Content = JsonContent.Create(new { name = "script", expires_at = DateTimeOffset.UtcNow.AddDays(1) }),
            Headers = { { "X-CSRF-TOKEN", Token().Match(await overview.Content.ReadAsStringAsync()).Groups[1].Value } },
        };
        using var created = await browser.Client.SendAsync(create);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var script = service.Anonymous();
        script.DefaultRequestHeaders.Authorization = new("Bearer", (await created.JsonAsync()).GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/users")).StatusCode);
        service.Hospital.Add(person with { Roles = ["doctors"] });
        using var later = service.Browser();

        using var answer = await later.SignInAsync(person);

        await (await script.GetAsync("/users")).ProblemAsync(403, "forbidden");
        Assert.Equal("USER", (await script.JsonAsync("/auth/me")).GetProperty("roles")[0].GetString());
    }

    [Fact]
    public async Task ChangeUser_ToAnotherRoleThanTheHospitals_IsRefused()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        using var signedIn = await browser.SignInAsync(person);
        using var admin = await service.AdminAsync();
        var id = (await AccountAsync(person.Email))!.Value.GetProperty("id").GetString();

        await (await admin.PatchAsJsonAsync($"/users/{id}", new { role = "ADMIN" })).ProblemAsync(409, "role_of_provider");

        Assert.Equal((person.Email, "USER"), await browser.MeAsync());
    }

    [Fact]
    public async Task LastAdmin_CountsAdministratorsWithAPasswordOnly()
    {
        var person = service.Hospital.Add(Person.New("modelops-admins"));
        using var browser = service.Browser();
        using var signedIn = await browser.SignInAsync(person);
        using var admin = await service.AdminAsync();
        var local = (await AccountAsync(ServiceFixture.AdminEmail))!.Value.GetProperty("id").GetString();
        var ofTheHospital = (await AccountAsync(person.Email))!.Value.GetProperty("id").GetString();

        var refused = await (await admin.DeleteAsync($"/users/{local}")).ProblemAsync(409, "last_admin");
        using var disabled = await admin.PatchAsJsonAsync($"/users/{ofTheHospital}", new { disabled = true });

        Assert.Contains("with a password", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);
    }

    [Fact]
    public async Task SignIn_InABrowserThatIsSignedIn_EndsTheSessionBefore()
    {
        var (one, two) = (service.Hospital.Add(Person.New("doctors")), service.Hospital.Add(Person.New("doctors")));
        using var browser = service.Browser();
        using var first = await browser.SignInAsync(one);
        using var thief = service.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", browser.Cookies.GetCookieHeader(service.ClientOptions.BaseAddress));
        Assert.Equal(HttpStatusCode.OK, (await thief.GetAsync("/auth/me")).StatusCode);
        foreach (Cookie cookie in browser.Cookies.GetCookies(service.Hospital.Address))
        {
            cookie.Expired = cookie.Name == "hospital";
        }

        using var second = await browser.SignInAsync(two);

        Assert.Equal((two.Email, "USER"), await browser.MeAsync());
        await (await thief.GetAsync("/auth/me")).ProblemAsync(401, "unauthenticated");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData(@"/\elsewhere.example/")]
    public async Task SignIn_WithAForeignReturnAddress_StaysHere(string target)
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();

        using var answer = await browser.SignInAsync(person, target);

        Assert.Equal("/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task SignOut_EndsTheSessionEverywhere_AndOffersTheHospitalsToo()
    {
        var person = service.Hospital.Add(Person.New("doctors"));
        using var browser = service.Browser();
        using var signedIn = await browser.SignInAsync(person);
        using var thief = service.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", browser.Cookies.GetCookieHeader(service.ClientOptions.BaseAddress));
        Assert.Equal(HttpStatusCode.OK, (await thief.GetAsync("/auth/me")).StatusCode);
        using var overview = await browser.OpenAsync("/");
        var token = Token().Match(await overview.Content.ReadAsStringAsync()).Groups[1].Value;

        using var signedOut = await browser.Client.PostAsync(
            new Uri(service.ClientOptions.BaseAddress, "/logout"), new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));

        Assert.Equal("/login?signedOut=true", signedOut.Headers.Location!.OriginalString);
        await (await thief.GetAsync("/auth/me")).ProblemAsync(401, "unauthenticated");
        using var page = await browser.OpenAsync("/login?signedOut=true");
        Assert.Contains(
            """<a href="logout/oidc">Sign out there too</a>""", await PageAsync(page, HttpStatusCode.OK), StringComparison.Ordinal);

        // The hospital's own session lives until the person ends it there.
        using var still = await browser.OpenAsync("/login/oidc");
        Assert.NotNull(await browser.MeAsync());
        using var ended = await browser.OpenAsync("/logout/oidc");
        Assert.Equal(new Uri(service.ClientOptions.BaseAddress, "/"), ended.RequestMessage!.RequestUri);
        await browser.SignInAtTheHospitalAsync(person);
    }

    [Fact]
    public async Task SignInPage_OffersBothWays_InBothLanguages()
    {
        using var english = await service.Browser().OpenAsync("/login?ReturnUrl=%2Fdata");
        using var spanish = await service.Browser("es").OpenAsync("/login");

        var page = await PageAsync(english, HttpStatusCode.OK);
        Assert.Contains("""<a class="provider" href="login/oidc?returnUrl=%2Fdata">Sign in with the hospital's account</a>""", page,
            StringComparison.Ordinal);
        Assert.Contains("""name="Password""", page, StringComparison.Ordinal);
        Assert.Contains(
            "Iniciar sesión con la cuenta del hospital", await PageAsync(spanish, HttpStatusCode.OK), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> SessionsAsync(HospitalBrowser browser) =>
        (await browser.Client.JsonAsync(new Uri(browser.Service, "/auth/sessions").ToString())).GetProperty("sessions");

    /// <summary>The account as an administrator sees it; null if there is none.</summary>
    private async Task<JsonElement?> AccountAsync(string email)
    {
        using var admin = await service.AdminAsync();
        string? cursor = null;
        do
        {
            var page = await admin.JsonAsync($"/users?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}");
            foreach (var user in page.GetProperty("users").EnumerateArray())
            {
                if (string.Equals(user.GetProperty("email").GetString(), email, StringComparison.OrdinalIgnoreCase))
                {
                    return user;
                }
            }

            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return null;
    }

    /// <summary>The text of a page with this status.</summary>
    internal static async Task<string> PageAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {page}");
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        return page;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
