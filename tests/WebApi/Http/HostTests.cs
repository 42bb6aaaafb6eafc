using System.Net;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>The name by which the service is asked is the client's word, and isn't repeated.</summary>
public sealed class HostTests
{
    private const string Foreign = "elsewhere.example";

    [Fact]
    public async Task Redirects_WhateverTheHost_AreRelative()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var browser = service.Browser();
        foreach (var path in new[] { "/", "/versions?q=%C3%A9", "/hangfire", "/scalar", "/accounts" })
        {
            using var response = await AskAsync(browser, path);

            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
            Assert.False(response.Headers.Location!.IsAbsoluteUri, response.Headers.Location.ToString());
        }
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/auth/me")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/nothing/here")]
    public async Task AllowedHosts_WhenSet_RefusesOthersWithAProblem(string path)
    {
        await using var service = await ServiceFixture.StartAsync(("AllowedHosts", "127.0.0.1;models.example.org"));
        using var client = service.Browser();

        using var foreign = await AskAsync(client, path, "application/json");
        using var own = await client.GetAsync(path);

        await foreign.ProblemAsync(400, "bad_request");
        Assert.NotEqual(HttpStatusCode.BadRequest, own.StatusCode);
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string path, string accept = "text/html")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = Foreign;
        request.Headers.Add("Accept", accept);
        return client.SendAsync(request);
    }
}
