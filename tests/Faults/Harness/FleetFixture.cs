using System.Text.Json;
using ModelOps.Faults.Tests.Checking;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Harness;

/// <summary>
/// Two API replicas and two workers on one cluster, shared by the tests of a group; each begins a history of its own and has it checked.
/// </summary>
public sealed class FleetFixture : IAsyncDisposable, IAsyncLifetime
{
    /// <summary>A training of some seconds, which writes checkpoints.</summary>
    public const int LongEpochs = 3_000;

    private PostgresCluster? _cluster;
    private Fleet? _fleet;
    private (string Dataset, string Weights)? _undisturbed;

    /// <summary>Records that were there when the present history began.</summary>
    internal int RecordsBefore { get; private set; }

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    /// <summary>Its commits wait for the disk: killed, it must have lost nothing.</summary>
    internal async Task<PostgresCluster> ClusterAsync()
    {
        PostgresCluster.Require();
        return _cluster ??= await PostgresCluster.StartNewAsync(durable: true);
    }

    /// <summary>With a version in service, and nothing recorded yet.</summary>
    internal async Task<Fleet> FleetAsync()
    {
        if (_fleet is null)
        {
            _fleet = await Fleet.StartAsync(await ClusterAsync(), ["Api", "Api", "Worker", "Worker"]);
            await _fleet.Client().TrainAndActivateAsync();
        }

        await _fleet.RenewAsync();
        RecordsBefore = await new Observer(_fleet).RecordsAsync();
        return _fleet;
    }

    /// <summary>A long training that nothing disturbed: its data, and what came out.</summary>
    internal async Task<(string Dataset, string Weights)> UndisturbedAsync()
    {
        if (_undisturbed is null)
        {
            var client = _fleet!.Client();
            var dataset = await client.UploadSampleAsync();
            _undisturbed = (dataset,
                await WeightsAsync(client, await client.UntilAsync(await client.QueueAsync(dataset, LongEpochs), "succeeded")));
        }

        return _undisturbed.Value;
    }

    /// <summary>Every worker back and without faults, everything at rest, every promise kept.</summary>
    internal async Task CheckAsync(params int[] expectedErrors)
    {
        await _fleet!.HealAsync();
        await CheckAsync(_fleet, RecordsBefore, expectedErrors);
    }

    internal static async Task CheckAsync(Fleet fleet, int recordsBefore = 0, params int[] expectedErrors)
    {
        var state = await new Observer(fleet).AtRestAsync();
        var violations = new Checker(fleet.History, state, recordsBefore) { ExpectedErrors = expectedErrors }.Violations();
        Assert.True(violations.Count == 0, $"{violations.Count} promises broken: {string.Join("; ", violations.Take(10))}");
    }

    /// <summary>The hash of a finished job's weights.</summary>
    internal static async Task<string> WeightsAsync(RecordingClient client, JsonElement job)
    {
        var version = (await client.GetAsync($"/model/versions/{job.GetProperty("version").GetString()}")).Body!.Value;
        return version.GetProperty("files").EnumerateArray()
            .Single(file => file.GetProperty("name").GetString() == "model.safetensors").GetProperty("sha256").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

/// <summary>Tests of one group run one after the other on one fleet, beside the other group's.</summary>
[CollectionDefinition(Name)]
public sealed class WorkersGroup : ICollectionFixture<FleetFixture>
{
    public const string Name = "workers and database";
}

/// <inheritdoc cref="WorkersGroup"/>
[CollectionDefinition(Name)]
public sealed class ServersGroup : ICollectionFixture<FleetFixture>
{
    public const string Name = "servers and disk";
}

/// <summary>Tests that measure how soon the service answers under load: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoadGroup : ICollectionFixture<FleetFixture>
{
    public const string Name = "load";
}
