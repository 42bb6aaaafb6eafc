using System.Net;
using System.Net.Http.Json;

namespace ModelOps.WebApi.Tests.Auth;

public sealed class RateLimitTests
{
    [Fact]
    public Task Login_WhenTriedTooOften_SaysWhenToComeBack() => ThirdIsLastAsync(
        "LoginsPerMinute", client => client.PostAsJsonAsync("/auth/login", new { email = "a@b.c", password = "x" }));

    [Fact]
    public Task AnyCall_WhenAClientRunsWild_SaysWhenToComeBack() => ThirdIsLastAsync(
        "RequestsPerMinute", client => client.GetAsync("/auth/me"));

    private static async Task ThirdIsLastAsync(string limit, Func<HttpClient, Task<HttpResponseMessage>> call)
    {
        await using var service = await ServiceFixture.StartAsync(($"ModelOps:RateLimits:{limit}", "3"));
        using var client = service.Anonymous();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => call(client)));

        Assert.Equal(3, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Unauthorized))
        {
            await refused.ProblemAsync(429, "too_many_requests");
            Assert.InRange(refused.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0, 1, 60);
        }
    }
}
