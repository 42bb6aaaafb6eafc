using System.Net;
using System.Net.Http.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>The database goes away under a running service, and comes back.</summary>
public sealed class OutageTests
{
    public OutageTests() => PostgresCluster.Require();

    [Fact]
    public async Task Outage_WhileItLasts_PredictionsAreAnsweredAndTheRestIs503()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        await using var service = new OwnClusterFixture(cluster);
        await ((IAsyncLifetime)service).InitializeAsync();
        using var admin = await service.AdminAsync();
        var version = await admin.TrainAsync(await admin.SampleDatasetAsync());
        await admin.ActivateAsync(version);
        using var user = await service.UserAsync();
        await PredictAsync(user, version);

        await cluster.KillAsync();

        // Beyond the time for which a session is remembered without asking, short of the one for which it is with a database away.
        service.Clock.Advance(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 20; i++)
        {
            await PredictAsync(user, version);
        }

        using (var refused = await user.GetAsync("/model/versions"))
        {
            await refused.ProblemAsync(503, "database_unavailable");
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        using (var refused = await admin.PostAsJsonAsync("/model/activate", new { version }))
        {
            await refused.ProblemAsync(503, "database_unavailable");
        }

        using (var health = await user.GetAsync("/health/live"))
        {
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }

        var (status, readiness) = await user.ReadinessAsync();
        Assert.Equal((503, "The database can't be reached."), (status, readiness.GetProperty("database").GetString()));

        await cluster.StartAsync();
        await user.UntilReadyAsync();
        using var again = await service.AdminAsync();
        await again.TrainAsync(await again.SampleDatasetAsync());
    }

    private static async Task PredictAsync(HttpClient client, string version)
    {
        using var response = await client.PostTextAsync("/model/predict", Api.Patient(6.1));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(version, (await response.JsonAsync()).GetProperty("version").GetString());
    }

    private sealed class OwnClusterFixture(PostgresCluster cluster) : ClockedFixture, IAsyncLifetime
    {
        async Task IAsyncLifetime.InitializeAsync()
        {
            Settings["ConnectionStrings:ModelOps"] = await cluster.CreateDatabaseAsync();
            await InitializeAsync();
        }
    }
}
