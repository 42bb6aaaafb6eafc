using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using System.Web;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Auth.Hospital;

/// <summary>The service with its own settings, and with a provider that isn't always there.</summary>
public sealed partial class HospitalSettingTests
{
    [Fact]
    public async Task Service_WhileTheProviderIsDown_StartsAndServes_AndSignsInWhenItIsBack()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        var port = hospital.Address.Port;
        await hospital.StopAsync();
        await using var service = await ServiceFixture.StartAsync(HospitalFixture.SettingsFor(hospital.Address));
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);
        using var spanish = new HospitalBrowser(service.ClientOptions.BaseAddress, "es");

        using (var login = await browser.OpenAsync("/login?signedOut=true"))
        {
            Assert.DoesNotContain("logout/oidc", await HospitalSignInTests.PageAsync(login, HttpStatusCode.OK), StringComparison.Ordinal);
        }

        using (var down = await spanish.OpenAsync("/login/oidc"))
        {
            Assert.Contains("No se puede acceder en este momento al inicio de sesión del hospital.",
                await HospitalSignInTests.PageAsync(down, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        }

        using (var login = await browser.OpenAsync("/logout/oidc"))
        {
            Assert.Equal("/login", login.RequestMessage!.RequestUri!.AbsolutePath);
        }

        using (var admin = await service.AdminAsync())
        {
            Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/auth/me")).StatusCode);
        }

        await using var back = await HospitalProvider.StartAsync(port);
        await back.RegisterAsync(service.ClientOptions.BaseAddress);
        var person = back.Add(Person.New("doctors"));
        await Api.UntilAsync(
            async () =>
            {
                using var page = await browser.OpenAsync("/login/oidc");
                return page.StatusCode == HttpStatusCode.OK;
            },
            "the provider to be asked again");
        using var answer = await browser.SignInAsync(person);
        Assert.Equal((person.Email, "USER"), await browser.MeAsync());
    }

    [Fact]
    public async Task Callback_WhileTheProviderIsDown_SaysSo()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(HospitalFixture.SettingsFor(hospital.Address));
        await hospital.RegisterAsync(service.ClientOptions.BaseAddress);
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);
        var callback = await browser.SignInAtTheHospitalAsync(hospital.Add(Person.New("doctors")));
        await hospital.StopAsync();

        using var answer = await browser.Client.GetAsync(callback);

        Assert.Contains("can't be reached at the moment",
            await HospitalSignInTests.PageAsync(answer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Null(await browser.MeAsync());
    }

    [Fact]
    public async Task SignIn_AfterTheProviderChangedItsKeys_Works()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = StartProcess(hospital);
        var address = await service.ListeningAsync();
        await WaitUntilReadyAsync(service);
        await hospital.RegisterAsync(address);
        using var browser = new HospitalBrowser(address);
        var person = hospital.Add(Person.New("doctors"));
        using var first = await browser.SignInAsync(person);
        Assert.NotNull(await browser.MeAsync());
        await hospital.StopAsync();
        await using var renewed = await HospitalProvider.StartAsync(hospital.Address.Port);
        await renewed.RegisterAsync(address);
        renewed.Add(person);
        using var another = new HospitalBrowser(address);

        using var answer = await another.SignInAsync(person);

        Assert.Equal((person.Email, "USER"), await another.MeAsync());
    }

    [Fact]
    public async Task SignIn_WithAWrongClientSecret_TellsTheOperator()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(
            [.. HospitalFixture.SettingsFor(hospital.Address), ("ModelOps:Oidc:ClientSecret", "another one")]);
        await hospital.RegisterAsync(service.ClientOptions.BaseAddress);
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);

        using var answer = await browser.SignInAsync(hospital.Add(Person.New("doctors")));

        Assert.Contains("Tell the operator",
            await HospitalSignInTests.PageAsync(answer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignOut_WhenTheProviderHasNoPageForIt_IsNotOfferedThere()
    {
        await using var hospital = await HospitalProvider.StartAsync(endsSessions: false);
        await using var service = await ServiceFixture.StartAsync(HospitalFixture.SettingsFor(hospital.Address));
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);

        using var page = await browser.OpenAsync("/login?signedOut=true");
        using var ended = await browser.OpenAsync("/logout/oidc");

        Assert.DoesNotContain("logout/oidc", await HospitalSignInTests.PageAsync(page, HttpStatusCode.OK), StringComparison.Ordinal);
        Assert.Equal("/login", ended.RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task Only_SwitchesPasswordsOffEverywhere()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(
            [.. HospitalFixture.SettingsFor(hospital.Address), ("ModelOps:Oidc:Only", "true"), ("ModelOps:Oidc:Name", "St <Mary>")]);
        await hospital.RegisterAsync(service.ClientOptions.BaseAddress);
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);
        using var client = service.Anonymous();

        using var right = await client.PostAsJsonAsync(
            "/auth/login", new { email = ServiceFixture.AdminEmail, password = ServiceFixture.AdminPassword });
        using var unknown = await client.PostAsJsonAsync("/auth/login", new { email = "nobody@example.org", password = "x" });
        using var refreshed = await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = "x" });
        using var login = await browser.OpenAsync("/login");

        await refreshed.ProblemAsync(403, "local_sign_in_off");
        Assert.Equal(
            (await right.ProblemAsync(403, "local_sign_in_off")).GetProperty("detail").GetString(),
            (await unknown.ProblemAsync(403, "local_sign_in_off")).GetProperty("detail").GetString());
        var html = await login.Content.ReadAsStringAsync();
        Assert.DoesNotContain("Password", html, StringComparison.Ordinal);
        Assert.Contains("Sign in with St &lt;Mary&gt;", html, StringComparison.Ordinal);
        using var signedIn = await browser.SignInAsync(hospital.Add(Person.New("modelops-admins")));
        Assert.Equal("ADMIN", (await browser.MeAsync())!.Value.Role);
    }

    [Fact]
    public async Task Only_RefusesAFormThatWasOpenedBefore()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(
            [.. HospitalFixture.SettingsFor(hospital.Address), ("ModelOps:Oidc:Only", "true")]);
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);

        using var answer = await browser.Client.PostAsync(
            new Uri(service.ClientOptions.BaseAddress, "/login"),
            new FormUrlEncodedContent(
            [
                new("_handler", "sign-in"), new("Email", ServiceFixture.AdminEmail), new("Password", ServiceFixture.AdminPassword),
            ]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(await browser.MeAsync());
    }

    [Fact]
    public async Task SignIn_BehindTheOperatorsProxy_ReturnsToTheProxysAddress_WithSecureCookies()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(
            [.. HospitalFixture.SettingsFor(hospital.Address), ("ModelOps:Proxy:Network", "127.0.0.0/8")]);
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress =
            service.ClientOptions.BaseAddress };
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        browser.DefaultRequestHeaders.Add("X-Forwarded-Host", "modelops.hospital.example");
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");

        using var answer = await browser.GetAsync("/login/oidc");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var query = HttpUtility.ParseQueryString(answer.Headers.Location!.Query);
        Assert.Equal("https://modelops.hospital.example/login/oidc/callback", query["redirect_uri"]);
        Assert.Equal("code", query["response_type"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.NotNull(query["nonce"]);
        var cookies = answer.Headers.GetValues("Set-Cookie").ToArray();
        Assert.Equal(2, cookies.Length);
        Assert.All(cookies, cookie => Assert.Matches("(?i)secure; samesite=lax; httponly", cookie));
    }

    [Fact]
    public async Task SignIn_ThroughAnyoneElsesHeaders_ReturnsToTheAddressOfTheRequest()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(HospitalFixture.SettingsFor(hospital.Address));
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress =
            service.ClientOptions.BaseAddress };
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        browser.DefaultRequestHeaders.Add("X-Forwarded-Host", "elsewhere.example");

        using var answer = await browser.GetAsync("/login/oidc");

        Assert.Equal(
            new Uri(service.ClientOptions.BaseAddress, "/login/oidc/callback").ToString(),
            HttpUtility.ParseQueryString(answer.Headers.Location!.Query)["redirect_uri"]);
    }

    [Fact]
    public async Task Roles_GivenAsAList_MayContainCommas()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = await ServiceFixture.StartAsync(
            [.. HospitalFixture.SettingsFor(hospital.Address), ("ModelOps:Oidc:Roles:ADMIN:0", "CN=Model staff,OU=Groups")]);
        await hospital.RegisterAsync(service.ClientOptions.BaseAddress);
        using var browser = new HospitalBrowser(service.ClientOptions.BaseAddress);

        using var answer = await browser.SignInAsync(hospital.Add(Person.New("CN=Model staff,OU=Groups")));

        Assert.Equal("ADMIN", (await browser.MeAsync())!.Value.Role);
    }

    [Fact]
    public async Task Log_OfSignInsAndTheirFailures_HoldsNoTokenAndNoClaim()
    {
        await using var hospital = await HospitalProvider.StartAsync();
        await using var service = StartProcess(hospital);
        var address = await service.ListeningAsync();
        await WaitUntilReadyAsync(service);
        await hospital.RegisterAsync(address);
        var (person, visitor) = (hospital.Add(Person.New("doctors")), hospital.Add(Person.New("marked-role")));
        var callbacks = new List<Uri>();
        using (var browser = new HospitalBrowser(address))
        {
            callbacks.Add(await browser.SignInAtTheHospitalAsync(person));
            var cookies = browser.Cookies.GetCookieHeader(callbacks[0]);
            using var signedIn = await browser.Client.GetAsync(callbacks[0]);
            Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
            using var thief = new HttpClient(new HttpClientHandler { UseCookies = false });
            thief.DefaultRequestHeaders.Add("Cookie", cookies);
            using var replayed = await thief.GetAsync(callbacks[0]);
            Assert.Equal(HttpStatusCode.BadRequest, replayed.StatusCode);
        }

        using (var browser = new HospitalBrowser(address))
        {
            callbacks.Add(await browser.SignInAtTheHospitalAsync(visitor));
            using var refused = await browser.Client.GetAsync(callbacks[1]);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using (var browser = new HospitalBrowser(address))
        {
            hospital.Clock.Advance(TimeSpan.FromHours(-2));
            callbacks.Add(await browser.SignInAtTheHospitalAsync(person));
            using var expired = await browser.Client.GetAsync(callbacks[2]);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, expired.StatusCode);
        }

        Assert.Equal(0, await service.TerminateAsync());
        var secrets = callbacks.SelectMany(callback => HttpUtility.ParseQueryString(callback.Query) is var query
                ? new[] { query["code"]!, query["state"]! }
                : [])
            .Concat([person.Email, person.Subject, visitor.Email, visitor.Subject, "marked-role", HospitalProvider.ClientSecret, "eyJ"]);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, service.Output, StringComparison.Ordinal));
        Assert.Matches(SignInFailed(), service.Output);
        Assert.Matches(TokenExpired(), service.Output);
        Assert.Contains("was refused: no_role", service.Output, StringComparison.Ordinal);
    }

    /// <summary>The service as an operator runs it.</summary>
    private static ServiceProcess StartProcess(HospitalProvider hospital) => ServiceProcess.Start(
        [.. HospitalFixture.SettingsFor(hospital.Address).Select(s => (s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value))]);

    private static async Task WaitUntilReadyAsync(ServiceProcess service)
    {
        using var client = await service.AnonymousAsync();
        await Api.UntilAsync(
            async () =>
            {
                using var login = await client.GetAsync("/login");
                return login.StatusCode == HttpStatusCode.OK;
            },
            "the service to start");
    }

    [GeneratedRegex(@"failed: sign_in_failed \(.*invalid_grant\)")]
    private static partial Regex SignInFailed();

    [GeneratedRegex(@"failed: provider_misconfigured \(.*IDX\d+\)")]
    private static partial Regex TokenExpired();
}
