using System.Net;

namespace ModelOps.WebApi.Tests.Http;

/// <summary>Pages of other sites call the HTTP interface only where the operator names these sites.</summary>
public sealed class CrossOriginTests
{
    private const string Portal = "https://portal.example.org";
    private const string Allowed = "Access-Control-Allow-Origin";

    [Theory]
    [InlineData(null, Portal, false)]
    [InlineData(Portal, Portal, true)]
    [InlineData(Portal + ", http://localhost:4200", "http://localhost:4200", true)]
    [InlineData(Portal, "https://portal.example.org.elsewhere.example", false)]
    [InlineData(Portal, "http://portal.example.org", false)]
    [InlineData(Portal, "null", false)]
    public async Task Preflight_ByItsOrigin_IsAllowedOrNot(string? setting, string origin, bool allowed)
    {
        await using var service = await StartAsync(setting);
        using var client = service.CreateClient();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/model/retrain")
        {
            Headers =
            {
                { "Origin", origin },
                { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "authorization,content-type,idempotency-key,prefer" },
            },
        };

        using var answer = await client.SendAsync(preflight);

        Assert.Equal(allowed ? origin : null, Value(answer, Allowed));
        if (allowed)
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Contains("idempotency-key", Value(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
            Assert.Contains("POST", Value(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
            Assert.Null(Value(answer, "Access-Control-Allow-Credentials"));
        }
    }

    [Theory]
    [InlineData("/model/versions", HttpStatusCode.OK)]
    [InlineData("/model/active", HttpStatusCode.NotFound)]
    [InlineData("/nothing/here", HttpStatusCode.NotFound)]
    public async Task Answer_ForAnAllowedSite_IsReadableAlsoWhenItIsARefusal(string path, HttpStatusCode status)
    {
        await using var service = await StartAsync(Portal);
        using var client = await service.AdminAsync();
        client.DefaultRequestHeaders.Add("Origin", Portal);

        using var answer = await client.GetAsync(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(Portal, Value(answer, Allowed));
        Assert.Contains("ETag", Value(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    private static Task<ServiceFixture> StartAsync(string? origins) =>
        ServiceFixture.StartAsync(("ModelOps:Cors:Origins", origins ?? ""));

    private static string? Value(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) ? string.Join(", ", values) : null;
}
