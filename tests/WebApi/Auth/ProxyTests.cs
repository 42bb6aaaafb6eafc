using System.Net;
using System.Net.Http.Json;
using ModelOps.WebApi.Tests.Http;

namespace ModelOps.WebApi.Tests.Auth;

/// <summary>Whom the service takes a client for whose request came through a proxy.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task Logins_ThroughTheOperatorsProxy_AreCountedForEachClient()
    {
        await using var service =
            await ServiceFixture.StartAsync(("ModelOps:RateLimits:LoginsPerMinute", "3"), ("ModelOps:Proxy:Network", "127.0.0.0/8"));

        for (var client = 1; client <= 3; client++)
        {
            Assert.Equal(new[] { 401, 401, 401, 429 }, await TryFourTimesAsync(service, $"203.0.113.{client}"));
        }

        // Who writes the header before the proxy adds its own word gains nothing.
        Assert.Equal(new[] { 429, 429, 429, 429 }, await TryFourTimesAsync(service, "198.51.100.1, 203.0.113.1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/8")]
    public async Task Logins_ThroughAnybodyElse_AreCountedTogether(string network)
    {
        await using var service =
            await ServiceFixture.StartAsync(("ModelOps:RateLimits:LoginsPerMinute", "3"), ("ModelOps:Proxy:Network", network));

        Assert.Equal(new[] { 401, 401, 401, 429 }, await TryFourTimesAsync(service, "203.0.113.1"));
        Assert.Equal(new[] { 429, 429, 429, 429 }, await TryFourTimesAsync(service, "203.0.113.2"));
    }

    [Theory]
    [InlineData("127.0.0.1/32", "https", true)]
    [InlineData("127.0.0.1/32", "http", false)]
    [InlineData("", "https", false)]
    public async Task SessionCookie_OfABrowserThatCameByTls_AsksForTls(string network, string scheme, bool isSecure)
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Proxy:Network", network));
        using var browser = service.Browser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");

        using var signedIn = await browser.SignInAsync();

        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        var session = signedIn.Headers.GetValues("Set-Cookie").Single(cookie =>
            cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase) && !cookie.Contains("Antiforgery", StringComparison.Ordinal));
        Assert.Equal(isSecure, session.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Hangfire's own rule lets every local request in, and behind a proxy every request looks local.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.0/8")]
    public async Task JobServer_OfAClientThatSaysItIsLocal_IsRefused(string network)
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Proxy:Network", network));
        using var nobody = service.Browser();
        using var user = await service.UserAsync();
        foreach (var client in new[] { nobody, user })
        {
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");
        }

        using var unknown = await nobody.GetAsync("/hangfire");
        using var forbidden = await user.GetAsync("/hangfire");

        await unknown.ProblemAsync(401, "unauthenticated");
        await forbidden.ProblemAsync(403, "forbidden");
    }

    private static async Task<IEnumerable<int>> TryFourTimesAsync(ServiceFixture service, string forwardedFor)
    {
        using var client = service.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        var answers = new int[4];
        for (var i = 0; i < answers.Length; i++)
        {
            using var answer = await client.PostAsJsonAsync("/auth/login", new { email = "a@b.c", password = "x" });
            answers[i] = (int)answer.StatusCode;
        }

        return answers;
    }
}
