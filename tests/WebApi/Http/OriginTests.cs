using System.Net;
using System.Net.WebSockets;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>Pages of other sites open no connection with this browser's session.</summary>
public sealed class OriginTests
{
    private const string Portal = "https://portal.example.org";

    [Theory]
    [InlineData("http://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1:1", HttpStatusCode.Forbidden)]
    [InlineData("https://portal.example.org.elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData(Portal, HttpStatusCode.SwitchingProtocols)]
    [InlineData(null, HttpStatusCode.SwitchingProtocols)]
    public async Task WebSocket_ByItsOrigin_OpensOrIsRefused(string? origin, HttpStatusCode status)
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:WebSockets:Origins", Portal));
        var home = service.ClientOptions.BaseAddress;
        using var handler = new SocketsHttpHandler { CookieContainer = await SessionAsync(service) };
        using var http = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", origin ?? home.GetLeftPart(UriPartial.Authority));

        try
        {
            await socket.ConnectAsync(new Uri($"ws://{home.Authority}/_blazor"), http, default);
        }
        catch (WebSocketException) when (status != HttpStatusCode.SwitchingProtocols)
        {
            // The status says why.
        }

        Assert.Equal(status, socket.HttpStatusCode);
    }

    [Fact]
    public async Task OtherTransports_OfAForeignPage_AreRefused()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = await SessionAsync(service) })
        {
            BaseAddress = service.ClientOptions.BaseAddress,
        };
        client.DefaultRequestHeaders.Add("Origin", "http://elsewhere.example");

        using var response = await client.PostAsync("/_blazor/negotiate?negotiateVersion=1", null);

        await response.ProblemAsync(403, "origin_not_allowed");
    }

    private static async Task<CookieContainer> SessionAsync(ServiceFixture service)
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        {
            BaseAddress = service.ClientOptions.BaseAddress,
        };
        using var response = await browser.SignInAsync();
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return cookies;
    }
}
