using System.Diagnostics;
using System.Text.Json;
using ModelOps.Faults.Tests.Harness;
using ModelOps.Faults.Tests.History;
using ModelOps.TestSupport;
using Xunit.Abstractions;

namespace ModelOps.Faults.Tests.Named;

/// <summary>What may happen to those who train.</summary>
[Collection(WorkersGroup.Name)]
public sealed class WorkerFaultTests(FleetFixture fixture, ITestOutputHelper output)
{
    private const int Greedy = 665;
    private const int Unlucky = 666;

    [Fact]
    public async Task F01_TrainerKilledDuringTraining_GoesOnAtOnceToTheSameWeights()
    {
        var fleet = await fixture.FleetAsync();
        var (dataset, weights) = await fixture.UndisturbedAsync();
        var client = fleet.Client();
        var job = await client.QueueAsync(dataset, FleetFixture.LongEpochs);
        await client.UntilItTrainsAsync(job);

        Signals.Send(fleet.BusyWorker()!.Process.FindTrainer()!.Value, Signals.Kill);
        var again = await Poll.UntilAsync(async () => Attempt(await client.JobAsync(job)) == 2, "the second attempt");

        Assert.InRange(again, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var ended = await client.UntilAsync(job, "succeeded");
        Assert.Equal(2, ended.GetProperty("attempt").GetInt32());
        Assert.Equal(weights, await FleetFixture.WeightsAsync(client, ended));
        await fixture.CheckAsync();
    }

    /// <summary>With the lease and intervals of production.</summary>
    [Fact]
    public async Task F01_WorkerKilledDuringTraining_ResumesWithinThirtySecondsOfAWorkersReturn()
    {
        await using var fleet = await Fleet.StartAsync(await fixture.ClusterAsync(), ["Api", "Worker"], settings: []);
        var worker = fleet.Workers.Single();
        var client = fleet.Client();
        var dataset = await client.UploadSampleAsync();
        var undisturbed = await client.UntilAsync(await client.QueueAsync(dataset, FleetFixture.LongEpochs), "succeeded");
        var job = await client.QueueAsync(dataset, FleetFixture.LongEpochs);
        await client.UntilItTrainsAsync(job);
        var trainer = worker.Process.FindTrainer()!.Value;

        await worker.KillAsync();
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{trainer}"), "the trainer to end with its worker", TimeSpan.FromSeconds(5));
        await fleet.StartAsync(worker);
        var resumed = await Poll.UntilAsync(async () => Attempt(await client.JobAsync(job)) == 2, "the second attempt");

        output.WriteLine($"Resumed {resumed.TotalSeconds:0.0} s after the worker was back.");
        Assert.InRange(resumed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        var ended = await client.UntilAsync(job, "succeeded");
        Assert.Equal(await FleetFixture.WeightsAsync(client, undisturbed), await FleetFixture.WeightsAsync(client, ended));
        await FleetFixture.CheckAsync(fleet);
    }

    [Fact]
    public Task F02_WorkerKilledWhileStagingIsWritten_MakesOneVersion() => DiesAtAsync("version.staging", attempts: 2);

    [Fact]
    public Task F03_WorkerKilledBetweenRenameAndCommit_MakesOneVersion() => DiesAtAsync("version.renamed", attempts: 2);

    [Fact]
    public async Task F04_WorkerKilledBetweenCommitAndAcknowledgement_MakesOneVersion()
    {
        await DiesAtAsync("training.ended", attempts: 1);

        // Hangfire hands out again what nobody acknowledged, some time later; here it is made later.
        var fleet = await fixture.FleetAsync();
        await fleet.AskAsync("UPDATE hangfire.jobqueue SET fetchedat = now() - interval '1 day' WHERE fetchedat IS NOT NULL");
        await Poll.UntilAsync(async () =>
            (long)(await fleet.AskAsync("SELECT count(*) FROM hangfire.jobqueue"))! == 0, "the second delivery");
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F06_WorkerFrozenBeyondItsLease_WritesNothingWhenItWakes()
    {
        var fleet = await fixture.FleetAsync();
        var (dataset, weights) = await fixture.UndisturbedAsync();
        var client = fleet.Client();
        var job = await client.QueueAsync(dataset, FleetFixture.LongEpochs);
        await client.UntilItTrainsAsync(job);
        var frozen = fleet.BusyWorker()!;

        frozen.Process.Freeze();
        await Poll.UntilAsync(async () => Attempt(await client.JobAsync(job)) == 2, "the other worker");
        var ended = await client.UntilAsync(job, "succeeded");
        frozen.Process.Thaw();
        await Poll.UntilAsync(
            () => frozen.Process.Output.Contains($"{job} is no longer this worker's", StringComparison.Ordinal),
                "the frozen worker to notice");

        Assert.Equal(weights, await FleetFixture.WeightsAsync(client, ended));
        Assert.Equal(ended.ToString(), (await client.JobAsync(job)).Body.ToString());
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F08_WorkerAskedToEndDuringTraining_HandsTheJobBackWithinFiveSeconds()
    {
        var fleet = await fixture.FleetAsync();
        var (dataset, weights) = await fixture.UndisturbedAsync();
        var client = fleet.Client();
        var job = await client.QueueAsync(dataset, FleetFixture.LongEpochs);
        await client.UntilItTrainsAsync(job);
        var worker = fleet.BusyWorker()!;
        var trainer = worker.Process.FindTrainer()!.Value;
        var since = Stopwatch.StartNew();

        var exitCode = await worker.StopAsync();

        output.WriteLine($"Stopped after {since.Elapsed.TotalSeconds:0.0} s.");
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(0, exitCode);
        Assert.False(Directory.Exists($"/proc/{trainer}"));
        var ended = await client.UntilAsync(job, "succeeded");
        Assert.Equal(1, ended.GetProperty("attempt").GetInt32());
        Assert.Equal(weights, await FleetFixture.WeightsAsync(client, ended));
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F09_JobThatCrashesNativelyEachTime_FailsAfterThreeAttemptsWhileOthersGoOn()
    {
        var fleet = await fixture.FleetAsync();
        await fleet.RestartAsync(fleet.Workers, $"trainer.begin/{Unlucky}=abort");
        var client = fleet.Client();
        var dataset = await client.UploadSampleAsync();
        using var end = new CancellationTokenSource();
        var predictions = Hold.EveryAsync(TimeSpan.FromMilliseconds(20), () => client.PredictAsync(), end.Token);
        var crashing = await client.QueueAsync(dataset, seed: Unlucky);
        var other = await client.QueueAsync(dataset);

        var failed = await client.UntilAsync(crashing, "failed");
        await client.UntilAsync(other, "succeeded");
        await end.CancelAsync();
        await predictions;

        Assert.Equal("worker_crashed", Code(failed));
        Assert.Equal(3, failed.GetProperty("attempt").GetInt32());
        Assert.All(fleet.Workers, worker => Assert.True(worker.IsRunning));
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F10_TrainersBeyondTheirLimits_FailWithTheReasonAndTouchNothingElse()
    {
        var fleet = await fixture.FleetAsync();
        await fleet.RestartAsync(
            fleet.Workers, $"trainer.begin/{Greedy}=memory", ("ModelOps__Trainer__MaxMemoryMegabytes", "800"));
        var client = fleet.Client();
        var dataset = await client.UploadSampleAsync();
        using var end = new CancellationTokenSource();
        var predictions = Hold.EveryAsync(TimeSpan.FromMilliseconds(20), () => client.PredictAsync(), end.Token);
        var greedy = await client.UntilAsync(await client.QueueAsync(dataset, seed: Greedy), "failed");

        // Not beside the limit of memory: on a busy machine a trainer may need longer than this to reach it.
        await fleet.RestartAsync(fleet.Workers, $"trainer.begin/{Unlucky}=pause", ("ModelOps__Trainer__MaxMinutes", "0.1"));
        var slow = await client.UntilAsync(await client.QueueAsync(dataset, seed: Unlucky), "failed");
        await fleet.HealAsync();
        await client.TrainAsync(dataset);
        await end.CancelAsync();
        await predictions;

        Assert.Equal("out_of_memory", Code(greedy));
        Assert.Equal("training_timeout", Code(slow));
        Assert.True(new[] { greedy, slow }.All(job => job.GetProperty("attempt").GetInt32() == 1), fleet.Said());
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task F16_ClocksAnHourOff_NoLeaseIsStolenOrLost()
    {
        var fleet = await fixture.FleetAsync();
        var workers = fleet.Workers.ToList();
        await Task.WhenAll(
            fleet.RestartAsync(workers[0], null, ("MODELOPS_FAULT_CLOCK", "01:00:00")),
            fleet.RestartAsync(workers[1], null, ("MODELOPS_FAULT_CLOCK", "-01:00:00")),
            fleet.RestartAsync(fleet.Api2, null, ("MODELOPS_FAULT_CLOCK", "01:00:00")));
        var client = fleet.Client();
        var dataset = await client.UploadSampleAsync();
        var jobs = new List<string>();
        for (var seed = 0; seed < 2; seed++)
        {
            jobs.Add(await client.QueueAsync(dataset, FleetFixture.LongEpochs, seed));
        }

        foreach (var job in jobs)
        {
            var ended = await client.UntilAsync(job, "succeeded");
            Assert.Equal(1, ended.GetProperty("attempt").GetInt32());
            Assert.InRange(ended.GetProperty("created_at").GetDateTime(), DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow);
            Assert.InRange(ended.GetProperty("finished_at").GetDateTime(), DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow);
        }

        await fixture.CheckAsync();
    }

    /// <summary>A worker alone takes the job and dies at the point; others come.</summary>
    private async Task DiesAtAsync(string point, int attempts)
    {
        var fleet = await fixture.FleetAsync();
        var client = fleet.Client();
        var dataset = await client.UploadSampleAsync();
        var workers = fleet.Workers.ToList();
        await Task.WhenAll(workers[1].StopAsync(), fleet.RestartAsync(workers[0], $"{point}=kill"));

        var job = await client.QueueAsync(dataset);
        await workers[0].UntilDeadAsync();
        await fleet.HealAsync();
        var ended = await client.UntilAsync(job, "succeeded");

        Assert.Equal(attempts, ended.GetProperty("attempt").GetInt32());
        await fixture.CheckAsync();
    }

    private static int? Attempt(Entry job) =>
        job.Body is { } body && body.TryGetProperty("attempt", out var attempt) ? attempt.GetInt32() : null;

    private static string? Code(JsonElement job) => job.GetProperty("error").GetProperty("code").GetString();
}
