using System.Globalization;
using System.Net;

namespace ModelOps.WebApi.Tests.Operations;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_ForAnAdministrator_CountThePredictionsThatWereKept()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var admin = await service.AdminAsync();
        await admin.ActivateAsync(await admin.TrainAsync(await admin.SampleDatasetAsync()));
        using var batch = await admin.PostTextAsync(
            "/model/predict/batch", $$"""{"rows": [{{string.Join(',', Enumerable.Range(0, 50).Select(i => Api.Patient(4.5 + 0.1 * i)))}}]}""");
        Assert.Equal(HttpStatusCode.OK, batch.StatusCode);

        await Api.UntilAsync(async () => await ValueAsync(admin, "modelops_predictions_stored_total") == 50, "50 predictions to be stored");

        using var response = await admin.GetAsync("/metrics");
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, await ValueAsync(admin, "modelops_predictions_waiting"));
    }

    [Fact]
    public async Task Metrics_ForOthers_AreRefused()
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Metrics:Network", "203.0.113.0/24"));
        using var nobody = service.Anonymous();
        using var user = await service.UserAsync();

        using var unknown = await nobody.GetAsync("/metrics");
        using var forbidden = await user.GetAsync("/metrics");

        await unknown.ProblemAsync(401, "unauthenticated");
        await forbidden.ProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Metrics_FromTheConfiguredNetwork_NeedNoSignIn()
    {
        await using var service = await ServiceFixture.StartAsync(("ModelOps:Metrics:Network", "127.0.0.0/8"));
        using var nobody = service.Anonymous();

        using var response = await nobody.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<double> ValueAsync(HttpClient client, string name)
    {
        var line = (await client.GetStringAsync("/metrics")).Split('\n').FirstOrDefault(l => l.StartsWith($"{name} ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
