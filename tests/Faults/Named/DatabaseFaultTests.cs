using System.Net;
using System.Net.Http.Json;
using ModelOps.Faults.Tests.Harness;
using ModelOps.Faults.Tests.History;

namespace ModelOps.Faults.Tests.Named;

/// <summary>What may happen to PostgreSQL and the connections to it.</summary>
[Collection(WorkersGroup.Name)]
public sealed class DatabaseFaultTests(FleetFixture fixture)
{
    private static readonly TimeSpan AllAgree = TimeSpan.FromSeconds(2);

    [Fact]
    public Task F11_DatabaseStoppedForTenSeconds_IsWaitedForAndEverythingFinishesOnce() =>
        SurvivesAsync(Disturbance.DatabaseAway, async fleet =>
        {
            await fleet.Cluster!.StopAsync();
            await Hold.ForAsync(TimeSpan.FromSeconds(10));
            await fleet.Cluster.StartAsync();
        });

    [Fact]
    public Task F11_EveryConnectionEndedEvery400MillisecondsFor20Seconds_EverythingFinishesOnce() =>
        SurvivesAsync(Disturbance.ConnectionsEnded, async fleet =>
        {
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await Hold.EveryAsync(TimeSpan.FromMilliseconds(400), fleet.Cluster!.EndConnectionsAsync, end.Token);
        });

    [Fact]
    public async Task F11_DatabaseDownAtStart_IsWaitedForWithAClearLine()
    {
        var fleet = await fixture.FleetAsync();
        await fleet.Api1.KillAsync();
        await fleet.History.DuringAsync(Disturbance.DatabaseAway, "database", async () =>
        {
            await fleet.Cluster!.StopAsync();
            await fleet.LaunchAsync(fleet.Api1);
            using var http = new HttpClient { BaseAddress = await fleet.Api1.Process.ListeningAsync() };
            using (var live = await http.GetAsync("/health/live"))
            {
                Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            }

            using (var ready = await http.GetAsync("/health/ready"))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            }

            using (var early = await http.PostAsJsonAsync("/model/predict", new { HbA1c = 6.1 }))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
                Assert.NotNull(early.Headers.RetryAfter);
                Assert.Contains("\"starting\"", await early.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            Assert.Contains("The database can't be reached; ModelOps waits for it", fleet.Api1.Process.Output, StringComparison.Ordinal);
            await fleet.Cluster.StartAsync();
        });
        await fleet.Api1.UntilReadyAsync();
        await fixture.CheckAsync();
    }

    /// <summary>The fixture starts its four processes at once, on an empty database.</summary>
    [Fact]
    public async Task F12_FourProcessesStartedAtOnceOnAnEmptyDatabase_ComeUpOnOneSchema()
    {
        var fleet = await fixture.FleetAsync();

        Assert.Equal(4, fleet.Members.Count(member => member.IsRunning));
        Assert.Equal(1L, await fleet.AskAsync("SELECT count(*) FROM installation"));
        Assert.Equal(1L, await fleet.AskAsync("SELECT count(*) FROM \"AspNetUsers\""));
        Assert.Equal(1L, await fleet.AskAsync("SELECT count(*) FROM \"DataProtectionKeys\""));
        Assert.Equal(12L, await fleet.AskAsync("SELECT count(*) FROM \"__EFMigrationsHistory\""));
        Assert.Equal(1L, await fleet.AskAsync("SELECT count(*) FROM hangfire.schema"));

        // One replica's token is every replica's.
        using var http = new HttpClient();
        using var first = new Token();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await first.GetAsync(http, fleet.Api1.Address!, null));
        using var me = await http.GetAsync(new Uri(fleet.Api2.Address!, "/auth/me"));
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task F13_NotificationConnectionLost_ReplicasAgreeWithinTwoSecondsByPolling()
    {
        var fleet = await fixture.FleetAsync();
        var client = fleet.Client(fleet.Api1);
        var other = fleet.Client(fleet.Api2);
        var version = await client.TrainAsync(await client.UploadSampleAsync());
        using var end = new CancellationTokenSource();
        var ended = 0L;
        var losing = Hold.EveryAsync(
            TimeSpan.FromMilliseconds(50),
            async () => ended += (long)(await fleet.AskAsync(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%'"))!,
            end.Token);
        await Poll.UntilAsync(() => ended >= 2, "both replicas to lose their notices");

        Assert.True((await client.ActivateAsync(version)).Succeeded);
        await Poll.UntilAsync(async () => (await other.PredictAsync()).Text("version") == version, "the other replica", AllAgree);
        await end.CancelAsync();
        await losing;
        await fixture.CheckAsync();
    }

    /// <summary>A long training, records and predictions go on under the fault; afterwards all of it has been done once.</summary>
    private async Task SurvivesAsync(Disturbance kind, Func<Fleet, Task> disturb)
    {
        var fleet = await fixture.FleetAsync();
        var (dataset, weights) = await fixture.UndisturbedAsync();
        var client = fleet.Client();
        var job = await client.QueueAsync(dataset, FleetFixture.LongEpochs);
        await client.UntilItTrainsAsync(job);
        using var end = new CancellationTokenSource();
        var predictions = Hold.EveryAsync(TimeSpan.FromMilliseconds(50), () => client.PredictAsync(), end.Token);
        var records = Hold.EveryAsync(TimeSpan.FromMilliseconds(100), () => AddOnceAsync(client), end.Token);

        await fleet.History.DuringAsync(kind, "database", () => disturb(fleet));
        var ended = await client.UntilAsync(job, "succeeded");
        await end.CancelAsync();
        await Task.WhenAll(predictions, records);

        // The fault lasts longer than this fleet's lease of 5 s, so another worker may rightly have taken the job over meanwhile.
        Assert.InRange(ended.GetProperty("attempt").GetInt32(), 1, 2);
        Assert.Equal(weights, await FleetFixture.WeightsAsync(client, ended));
        if (kind == Disturbance.DatabaseAway)
        {
            Assert.Contains(fleet.History.Entries, e => e is { Status: 503, RetryAfter: true });
        }

        await fixture.CheckAsync();
    }

    /// <summary>As a careful client does: the same key, until it is answered.</summary>
    private static async Task AddOnceAsync(RecordingClient client)
    {
        var key = RecordingClient.NewTag();
        await Poll.UntilAsync(async () => (await client.AddRecordsAsync(key, 3)).Succeeded, "an answer to POST /records");
    }
}
