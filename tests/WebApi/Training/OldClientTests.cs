using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Training;

/// <summary>
/// The requests of the replaced system, as docs/migrating.md shows them: the same bodies, with a token and <c>Prefer: wait</c>, get the
/// answers that its clients read.
/// </summary>
[Collection(ServiceCollection.Name)]
public sealed partial class OldClientTests(ServiceFixture service)
{
    [Fact]
    public async Task Requests_OfTheReplacedSystem_AreAnsweredAsItsClientsExpect()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "migrating.md"));
        var bodies = Body().Matches(document).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(2, bodies.Length);
        using var client = await service.AdminAsync();
        var dataset = await client.SampleDatasetAsync(100);

        using var retrained = await client.PostTextAsync(
            "/model/retrain",
            bodies[0].Replace("sample.csv", dataset, StringComparison.Ordinal).Replace("190", "2", StringComparison.Ordinal),
            ("Prefer", "wait=600"));
        Assert.Equal(HttpStatusCode.OK, retrained.StatusCode);
        var training = await retrained.JsonAsync();
        Assert.True(training.GetProperty("success").GetBoolean());
        Assert.NotEmpty(training.GetProperty("message").GetString()!);
        Assert.Matches("^v[0-9]{8}_[0-9]{6}(_[0-9]+)?$", training.GetProperty("version").GetString());
        Assert.True(training.GetProperty("training_time").GetDouble() > 0);
        AssertMetrics(training.GetProperty("metrics"));
        var version = training.GetProperty("version").GetString()!;

        using var activated = await client.PostTextAsync(
            "/model/activate", bodies[1].Replace("v20251111_153045", version, StringComparison.Ordinal));
        var activation = await activated.JsonAsync();
        Assert.True(activation.GetProperty("success").GetBoolean());
        Assert.Equal(version, activation.GetProperty("active_version").GetString());

        var versions = await client.JsonAsync("/model/versions");
        Assert.Equal(version, versions.GetProperty("active_model").GetString());
        var model = versions.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("version").GetString() == version);
        Assert.True(model.GetProperty("is_active").GetBoolean());
        Assert.True(model.GetProperty("training_samples").GetInt32() > 0);
        Assert.True(DateTimeOffset.TryParse(model.GetProperty("created_at").GetString(), out _));
        AssertMetrics(model.GetProperty("metrics"));
    }

    private static void AssertMetrics(JsonElement metrics) => Assert.All(
        (string[])["accuracy", "f1_score", "precision", "recall", "loss"],
        name => Assert.Equal(JsonValueKind.Number, metrics.GetProperty(name).ValueKind));

    [GeneratedRegex("-d '([^']*)'")]
    private static partial Regex Body();
}
