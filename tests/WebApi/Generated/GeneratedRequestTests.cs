using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Generated;

/// <summary>
/// Sends generated requests to every operation of the OpenAPI document. <c>MODELOPS_TEST_SEED</c> and <c>MODELOPS_TEST_REQUESTS</c> (for
/// each operation) choose others than those of every build.
/// </summary>
public sealed class GeneratedRequestTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task Operation_WithAnythingWrong_AnswersWithAProblemAndSoon(Provider provider)
    {
        var (seed, requests) = (Setting("MODELOPS_TEST_SEED", 20_251_111), Setting("MODELOPS_TEST_REQUESTS", 10));

        // A generated training may be a valid one. It mustn't take a core for long.
        await using var service = await ServiceFixture.StartAsync(provider, ("ModelOps:Trainer:MaxMinutes", "0.02"));
        using var admin = await ClientAsync(service);
        var generator = new RequestGenerator((await JsonNode.ParseAsync(await admin.GetStreamAsync("/openapi/v1.json")))!, seed);
        Assert.True(generator.Operations.Count > 30, $"The document names {generator.Operations.Count} operations.");

        List<string> wrong = [];
        foreach (var operation in generator.Operations)
        {
            // Sending a session's sign-out would end the session of the other requests.
            using var own = operation.Path == "/auth/logout" ? await ClientAsync(service) : null;
            for (var i = 0; i < requests; i++)
            {
                var (make, description) = generator.Next(operation);
                if (await ProblemAsync(own ?? admin, make, operation) is { } problem)
                {
                    wrong.Add($"{problem}: {description}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"Seed {seed}: {wrong.Count} wrong answers\n{string.Join('\n', wrong.Take(20))}");
    }

    /// <summary>An administrator's client that sends headers with any characters.</summary>
    private static async Task<HttpClient> ClientAsync(ServiceFixture service)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        var client = new HttpClient(handler) { BaseAddress = service.ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword)).AccessToken);
        return client;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <returns>What is wrong with the answer; null for a good one.</returns>
    private static async Task<string?> ProblemAsync(HttpClient client, Func<HttpRequestMessage> make, Operation operation)
    {
        var (status, problem, time) = await SendAsync(client, make);
        if (time >= Limit)
        {
            // The machine may have been busy with something else.
            (status, problem, time) = await SendAsync(client, make);
        }

        return problem
            ?? (time >= Limit ? $"{time.TotalSeconds:0.0} s"
                : status == 401 && operation.Path is not ("/auth/logout" or "/auth/login" or "/auth/refresh" or "/auth/password")
                    ? "The session has ended" : null);
    }

    private static async Task<(int Status, string? Problem, TimeSpan Time)> SendAsync(HttpClient client, Func<HttpRequestMessage> make)
    {
        using var request = make();
        var since = Stopwatch.StartNew();
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var status = (int)response.StatusCode;
        var problem = status is >= 200 and < 300 ? null : Judge(request, status, response.Content.Headers.ContentType, text);
        return (status, problem, since.Elapsed);
    }

    private static string? Judge(HttpRequestMessage request, int status, MediaTypeHeaderValue? type, string text)
    {
        // The contract's answer to a valid prediction while no version is in service.
        var isWithoutModel = status == 503 && text.Contains("\"code\":\"no_active_model\"", StringComparison.Ordinal);
        if (status is < 400 or >= 500 && !isWithoutModel)
        {
            return $"{status} {text}";
        }

        // The web server itself refuses an encoded NUL in the path and an endless address, before anything of the service sees the request.
        if (text.Length == 0
            && (status == 414 || (status == 400 && request.RequestUri!.AbsolutePath.Contains("%00", StringComparison.Ordinal))))
        {
            return null;
        }

        if (type?.MediaType != "application/problem+json")
        {
            return $"{status} with {type}";
        }

        using var body = JsonDocument.Parse(text);
        string[] members = ["type", "title", "status", "detail", "code", "trace_id"];
        var missing = members.Where(member => !body.RootElement.TryGetProperty(member, out _));
        return string.Join(", ", missing) is { Length: > 0 } names ? $"{status} without {names}" : null;
    }
}
