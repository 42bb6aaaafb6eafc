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
    public async Task Metrics_OfEachName_HaveTheirTypeAndLabels()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var admin = await service.AdminAsync();

        var text = await admin.GetStringAsync("/metrics");

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var types = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line[7..]).Order();
        Assert.Equal(
        [
            "dotnet_allocated_bytes_total counter", "dotnet_collection_count_total counter", "dotnet_total_memory_bytes gauge",
            "modelops_predictions_waiting gauge",
            "process_cpu_seconds_total counter", "process_num_threads gauge", "process_open_handles gauge",
            "process_private_memory_bytes gauge", "process_start_time_seconds gauge", "process_virtual_memory_bytes gauge",
            "process_working_set_bytes gauge",
        ],
        types);
        Assert.Equal(
            ["dotnet_collection_count_total{generation=\"0\"}", "dotnet_collection_count_total{generation=\"1\"}", "dotnet_collection_count_total{generation=\"2\"}"],
            lines.Where(line => line.Contains('{', StringComparison.Ordinal)).Select(line => line[..line.LastIndexOf(' ')]).Order());
        var started = DateTimeOffset.FromUnixTimeMilliseconds((long)(1_000 * await ValueAsync(admin, "process_start_time_seconds")));
        Assert.InRange(started, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow);
        Assert.InRange(await ValueAsync(admin, "process_working_set_bytes"), 10_000_000, 1e12);
    }

    [Fact]
    public async Task Metrics_OfTwoServicesInOneProcess_AreCountedApart()
    {
        await using var first = await ServiceFixture.StartAsync();
        await using var second = await ServiceFixture.StartAsync();
        using var firsts = await first.AdminAsync();
        using var seconds = await second.AdminAsync();
        await firsts.ActivateAsync(await firsts.TrainAsync(await firsts.SampleDatasetAsync()));
        using var prediction = await firsts.PostTextAsync("/model/predict", Api.Patient(5.5));
        Assert.Equal(HttpStatusCode.OK, prediction.StatusCode);

        await Api.UntilAsync(async () => await ValueAsync(firsts, "modelops_predictions_stored_total") == 1, "the prediction to be stored");

        Assert.Equal(0, await ValueAsync(seconds, "modelops_predictions_stored_total"));
    }

    [Fact]
    public async Task Metrics_ByAnotherMethod_AreNotThere()
    {
        await using var service = await ServiceFixture.StartAsync();
        using var admin = await service.AdminAsync();

        using var posted = await admin.PostAsync("/metrics", null);
        using var head = await admin.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));

        await posted.ProblemAsync(405, "method_not_allowed");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
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
