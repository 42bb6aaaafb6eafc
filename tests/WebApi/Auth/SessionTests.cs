using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace ModelOps.WebApi.Tests.Auth;

[Collection(ServiceCollection.Name)]
public sealed class SessionOnSqliteTests(ServiceFixture service) : SessionTests(service);

[Collection(PostgreSqlServiceCollection.Name)]
public sealed class SessionOnPostgreSqlTests(PostgreSqlServiceFixture service) : SessionTests(service.Required());

/// <summary>A session ends when it ends: whoever holds a copy of its cookie or tokens is out.</summary>
public abstract partial class SessionTests(ServiceFixture service)
{
    [Fact]
    public async Task Refresh_WithATokenThatWasUsed_EndsTheSession()
    {
        var user = await service.CreateUserAsync();
        var other = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        var first = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        var second = await Tokens.ReadAsync(await RefreshAsync(first));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(second));

        await (await RefreshAsync(first)).ProblemAsync(401, "invalid_token");

        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(first));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(second));
        await (await RefreshAsync(second)).ProblemAsync(401, "invalid_token");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(other));
    }

    [Fact]
    public async Task Refresh_TenTimesAtOnce_RenewsOnce()
    {
        var user = await service.CreateUserAsync();
        var tokens = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefreshAsync(tokens)));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task Logout_EndsTheAccessAndTheRefreshToken()
    {
        var user = await service.CreateUserAsync();
        var (other, tokens) = (await service.LoginAsync(user.Email, ServiceFixture.UserPassword),
            await service.LoginAsync(user.Email, ServiceFixture.UserPassword));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(tokens));
        using var client = Client(tokens);

        using var answer = await client.PostAsync("/auth/logout", null);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await (await client.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
        await (await RefreshAsync(tokens)).ProblemAsync(401, "invalid_token");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(other));
    }

    [Fact]
    public async Task Logout_WithTheRefreshTokenOfAnotherSession_EndsBothOfTheUserOnly()
    {
        var (user, stranger) = (await service.CreateUserAsync(), await service.CreateUserAsync());
        var one = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        var two = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        var theirs = await service.LoginAsync(stranger.Email, ServiceFixture.UserPassword);
        using (var client = Client(one))
        {
            using var answer = await client.PostAsJsonAsync("/auth/logout", new { refresh_token = two.RefreshToken });
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        using (var client = Client(await service.LoginAsync(user.Email, ServiceFixture.UserPassword)))
        {
            using var answer = await client.PostAsJsonAsync("/auth/logout", new { refresh_token = theirs.RefreshToken });
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(one));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(two));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(theirs));
    }

    [Fact]
    public async Task Sessions_ListsOnesOwnPageByPage_AndEndsThem()
    {
        var user = await service.CreateUserAsync();
        var tokens = new List<Tokens>();
        for (var i = 0; i < 3; i++)
        {
            tokens.Add(await service.LoginAsync(user.Email, ServiceFixture.UserPassword));
        }

        using var client = Client(tokens[2]);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("tests/1.0");
        var first = await client.JsonAsync("/auth/sessions?limit=2");
        var rest = await client.JsonAsync($"/auth/sessions?limit=2&cursor={first.GetProperty("next_cursor").GetString()}");
        var listed = first.GetProperty("sessions").EnumerateArray().Concat(rest.GetProperty("sessions").EnumerateArray()).ToArray();
        Assert.Equal(3, listed.Length);
        Assert.Equal([true, false, false], listed.Select(s => s.GetProperty("current").GetBoolean()));
        Assert.All(listed, s => Assert.Equal(
            ["id", "kind", "client", "created_at", "last_seen_at", "expires_at", "current"], s.EnumerateObject().Select(p => p.Name)));
        Assert.All(listed, s => Assert.Equal("api", s.GetProperty("kind").GetString()));

        var oldest = listed[2].GetProperty("id").GetString();
        using var ended = await client.DeleteAsync($"/auth/sessions/{oldest}");

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(tokens[0]));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(tokens[1]));
        await (await client.DeleteAsync($"/auth/sessions/{oldest}")).ProblemAsync(404, "session_not_found");
        Assert.Equal(2, (await client.JsonAsync("/auth/sessions")).GetProperty("sessions").GetArrayLength());
    }

    [Theory]
    [InlineData("not-an-id")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task EndSession_WhenUnknown_Is404(string id)
    {
        using var user = await service.UserAsync();

        await (await user.DeleteAsync($"/auth/sessions/{id}")).ProblemAsync(404, "session_not_found");
    }

    [Fact]
    public async Task EndSession_OfAnotherUser_Is404AndEndsNothing()
    {
        var user = await service.CreateUserAsync();
        var tokens = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        using var client = Client(tokens);
        var id = (await client.JsonAsync("/auth/sessions")).GetProperty("sessions")[0].GetProperty("id").GetString();
        using var admin = await service.AdminAsync();

        await (await admin.DeleteAsync($"/auth/sessions/{id}")).ProblemAsync(404, "session_not_found");

        Assert.Equal(HttpStatusCode.OK, await MeAsync(tokens));
    }

    [Fact]
    public async Task SignOut_InTheBrowser_EndsACopiedCookie()
    {
        var user = await service.CreateUserAsync();
        var cookies = new CookieContainer();
        using var browser = Browser(cookies);
        await SignInAsync(browser, user.Email);
        using var page = await browser.GetAsync("/");
        var token = Token().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        using var thief = Thief(cookies);
        Assert.Equal(HttpStatusCode.OK, (await thief.GetAsync("/auth/me")).StatusCode);

        using var signedOut = await browser.PostAsync("/logout", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));

        Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);
        await (await thief.GetAsync("/auth/me")).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task SignIn_InABrowserThatIsSignedIn_EndsTheSessionBefore()
    {
        var user = await service.CreateUserAsync();
        var cookies = new CookieContainer();
        using var browser = Browser(cookies);
        await SignInAsync(browser, user.Email);
        using var thief = Thief(cookies);
        Assert.Equal(HttpStatusCode.OK, (await thief.GetAsync("/auth/me")).StatusCode);

        await SignInAsync(browser, user.Email);

        await (await thief.GetAsync("/auth/me")).ProblemAsync(401, "unauthenticated");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/auth/me")).StatusCode);
    }

    private HttpClient Browser(CookieContainer cookies) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress =
            service.ClientOptions.BaseAddress };

    /// <summary>Sends a copy of the cookies, whatever the service says to the browser later.</summary>
    private HttpClient Thief(CookieContainer cookies)
    {
        var thief = service.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(service.ClientOptions.BaseAddress));
        return thief;
    }

    private static async Task SignInAsync(HttpClient browser, string email)
    {
        // With a language, the page is shown to somebody who is signed in too.
        var form = await browser.GetStringAsync("/login?language=en");
        using var signedIn = await browser.PostAsync("/login", new FormUrlEncodedContent(
        [
            new("_handler", "sign-in"), new("__RequestVerificationToken", Token().Match(form).Groups[1].Value),
            new("Email", email), new("Password", ServiceFixture.UserPassword),
        ]));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
    }

    private HttpClient Client(Tokens tokens)
    {
        var client = service.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        return client;
    }

    private async Task<HttpStatusCode> MeAsync(Tokens tokens)
    {
        using var client = Client(tokens);
        using var response = await client.GetAsync("/auth/me");
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> RefreshAsync(Tokens tokens)
    {
        using var client = service.Anonymous();
        return await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.RefreshToken });
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
