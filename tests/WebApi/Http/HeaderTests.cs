using System.Net;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>What an answer tells browsers and caches.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData("/auth/me", "no-store")]
    [InlineData("/users", "no-store")]
    [InlineData("/model/versions", "no-store")]
    [InlineData("/model/jobs", "no-store")]
    [InlineData("/records/summary", "no-store")]
    [InlineData("/model/datasets/none.csv", "no-store")]
    [InlineData("/metrics", "no-store")]
    [InlineData("/health/ready", "no-store")]
    [InlineData("/nothing/here", "no-store")]
    [InlineData("/login", "no-store")]
    [InlineData("/hangfire", "no-cache, no-store")]
    [InlineData("/dashboard.css", "no-cache")]
    [InlineData("/favicon.svg", "max-age=3600, must-revalidate")]
    public async Task CacheControl_OfEachKind_IsAsItsDataNeeds(string path, string expected)
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = await service.AdminAsync();

        using var response = await client.GetAsync(path);

        Assert.Equal(expected, string.Join(", ", response.Headers.GetValues("Cache-Control").Single().Split(", ").Order()));
    }

    [Theory]
    [InlineData("https", "", "max-age=2592000")]
    [InlineData("https", "2", "max-age=172800")]
    [InlineData("https", "0", null)]
    [InlineData("http", "", null)]
    public async Task TransportSecurity_OfABrowserThatCameByTls_IsAsSet(string scheme, string days, string? expected)
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Proxy:Network", "127.0.0.1/32"), ("ModelOps:Hsts:Days", days));
        using var client = Forwarded(service, scheme);

        foreach (var path in new[] { "/health/live", "/login", "/nothing/here", "/dashboard.css" })
        {
            using var response = await client.GetAsync(path);

            Assert.Equal(expected, response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null);
        }
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("http", false)]
    public async Task Cookies_OfABrowserThatCameByTls_AreAllSecure(string scheme, bool secure)
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Proxy:Network", "127.0.0.1/32"));
        using var browser = Forwarded(service, scheme);
        using var page = await browser.GetAsync("/login?language=es");
        using var signedIn = await browser.SignInAsync();

        var cookies = page.Headers.GetValues("Set-Cookie").Concat(signedIn.Headers.GetValues("Set-Cookie")).ToArray();
        Assert.Equal(["modelops.csrf", "modelops.language", "modelops.session"], cookies.Select(cookie => cookie.Split('=')[0]).Order());
        Assert.All(cookies, cookie => Assert.Equal(secure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Artifact_OfAVersion_IsAskedForAgainAndNotSentAgain()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = await service.AdminAsync();
        var version = await client.TrainAsync(await client.SampleDatasetAsync(100), epochs: 1);
        var address = $"/model/versions/{version}/files/metadata.json";

        using var first = await client.GetAsync(address);
        client.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await client.GetAsync(address);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("no-cache, private", first.Headers.CacheControl!.ToString());
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    private static HttpClient Forwarded(ServiceFixture service, string scheme)
    {
        var client = service.Browser();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
        return client;
    }
}
