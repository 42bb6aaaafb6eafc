using System.Net;
using ModelOps.WebApi.Tests.Http;

namespace ModelOps.WebApi.Tests.Errors;

/// <summary>A browser that navigates gets a page, whatever goes wrong and wherever; programs get a problem in JSON.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ErrorPageTests(ServiceFixture service)
{
    private const string Overview = "/";

    private const string ToSignIn = "/login";

    /// <summary>Who asks, what, the status, and where the page leads.</summary>
    public static TheoryData<string, string, string, int, string> Situations => new()
    {
        { "ADMIN", "GET", "/nothing/here", 404, Overview },
        { "ADMIN", "GET", "/model/versions/v20200101_000000", 404, Overview },
        { "ADMIN", "GET", "/model/versions?limit=0", 400, Overview },
        { "ADMIN", "GET", "/logout", 405, Overview },
        { "ADMIN", "POST", "/versions", 400, Overview },
        { "ADMIN", "POST", "/logout", 400, Overview },
        { "ADMIN", "POST", "/users", 400, Overview },
        { "ADMIN", "POST", "/auth/tokens/x", 405, Overview },
        { "USER", "GET", "/system", 403, Overview },
        { "USER", "GET", "/users", 403, Overview },
        { "USER", "GET", "/hangfire", 403, Overview },
        { "", "GET", "/model/versions?limit=5", 401, "/login?ReturnUrl=%2Fmodel%2Fversions%3Flimit%3D5" },
        { "", "POST", "/model/rollback", 401, ToSignIn },
        { "", "POST", "/login", 400, ToSignIn },
        { "", "POST", "/probe", 415, Overview },
        { "", "GET", "/probe/fail/Invalid", 400, Overview },
        { "", "GET", "/probe/fail/Conflict", 409, Overview },
        { "", "GET", "/probe/fail/TooLarge", 413, Overview },
        { "", "GET", "/probe/fail/Unprocessable", 422, Overview },
        { "", "GET", "/probe/fail/TooBusy", 429, "/probe/fail/TooBusy" },
        { "", "GET", "/probe/fail/bug", 500, "/probe/fail/bug" },
        { "", "GET", "/probe/fail/busy", 503, "/probe/fail/busy" },
        { "", "GET", "/probe/fail/disk", 507, "/probe/fail/disk" },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Navigation_WhenItFails_IsAPageThatLeadsOn(string who, string method, string path, int status, string link)
    {
        var cookies = await CookiesAsync(who);
        foreach (var (language, theme) in new[] { ("en", "dark"), ("es", "light") })
        {
            using var response = await AskAsync(
                method, path, "text/html,application/xhtml+xml,*/*;q=0.8", language, $"{cookies}modelops.theme={theme}");

            var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
            Assert.True((int)response.StatusCode == status, $"{method} {path}: {(int)response.StatusCode} {page}");
            Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains($"<html lang=\"{language}\" data-theme=\"{theme}\">", page, StringComparison.Ordinal);
            Assert.Contains($"href=\"{link}\"", page, StringComparison.Ordinal);
            Assert.All(
                new[] { "secret", "Retry-After", "X-CSRF-TOKEN", "POST /", "header", "trace_id", "{" },
                words => Assert.DoesNotContain(words, page, StringComparison.OrdinalIgnoreCase));
            Assert.Contains("script-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Program_WhenItsRequestFails_GetsAProblem(string who, string method, string path, int status, string link)
    {
        Assert.NotEmpty(link);
        using var response = await AskAsync(method, path, "*/*", "en", await CookiesAsync(who));

        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Program_WithCredentialsOrJson_GetsAProblemThoughItAcceptsHtml()
    {
        using var admin = await service.AdminAsync();
        admin.DefaultRequestHeaders.Accept.ParseAdd("text/html, */*; q=.2");
        using var anonymous = service.Anonymous();
        anonymous.DefaultRequestHeaders.Accept.ParseAdd("text/html, */*; q=.2");

        using var missing = await admin.GetAsync("/model/versions/v20200101_000000");
        using var refused = await anonymous.PostTextAsync(
            "/auth/login", """{"email": "nobody@example.org", "password": "not the one 11"}""");

        await missing.ProblemAsync(404, "version_not_found");
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Page_OfABug_HasTheTraceIdForTheOperator()
    {
        using var response = await AskAsync("GET", "/probe/fail/bug", "text/html", "en", "");

        Assert.Matches("give the operator this number: [0-9a-f]{32}<", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SignIn_TooOftenOrUnderAForeignName_IsAPage()
    {
        await using var limited = await ServiceFixture.StartAsync(
            ("ModelOps:RateLimits:LoginsPerMinute", "1"), ("AllowedHosts", "127.0.0.1;localhost"));
        using var browser = limited.Browser();
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var first = await browser.SignInAsync();

        using var second = await browser.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login");
        request.Headers.Host = "elsewhere.example";
        using var foreign = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Matches("Wait [0-9]+ seconds?, then try again.", await second.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        Assert.Contains("Check the address", await foreign.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string> CookiesAsync(string who)
    {
        if (who.Length == 0)
        {
            return "";
        }

        var (email, password) = who == "ADMIN"
            ? (ServiceFixture.AdminEmail, ServiceFixture.AdminPassword)
            : ((await service.CreateUserAsync()).Email, ServiceFixture.UserPassword);
        using var browser = service.Browser();
        using var response = await browser.SignInAsync("/login", email, password);
        return string.Concat(response.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0] + "; "));
    }

    /// <summary>Asks as a link or a form does.</summary>
    private async Task<HttpResponseMessage> AskAsync(string method, string path, string accept, string language, string cookies)
    {
        using var browser = service.Browser();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Accept", accept);
        request.Headers.Add("Accept-Language", language);
        if (cookies.Length > 0)
        {
            request.Headers.Add("Cookie", cookies);
        }

        if (method == "POST")
        {
            request.Content = new FormUrlEncodedContent([new("field", "value")]);
        }

        return await browser.SendAsync(request);
    }
}
