using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ModelOps.Faults.Tests.Harness;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Named;

/// <summary>What may happen to the disks and what lies on them.</summary>
[Collection(FleetGroup.Name)]
public sealed class DiskFaultTests(FleetFixture fixture)
{
    private const int Held = 77;

    [RootFact]
    public async Task F14_DataDiskFull_RefusesWhatNeedsRoomAndKeepsTheRest()
    {
        var cluster = await fixture.ClusterAsync();
        using var disk = SmallDisk.TryMount(kilobytes: 8 * 1024);
        Assert.NotNull(disk);
        await using var fleet = await Fleet.StartAsync(cluster, ["All"], dataDirectory: Path.Combine(disk!.Path, "data"));
        var client = fleet.Client();
        await fleet.RestartAsync(fleet.Api1, $"trainer.begin/{Held}=pause");
        var active = await client.TrainAndActivateAsync();
        var dataset = await client.UploadSampleAsync();
        var pointer = await File.ReadAllTextAsync(Path.Combine(fleet.DataDirectory, "active_model.json"));
        var job = await client.QueueAsync(dataset, seed: Held);
        await Poll.UntilAsync(() => fleet.IsPaused("trainer.begin"), "the trainer to begin");

        var ballast = disk.Fill();
        fleet.Resume("trainer.begin");
        var upload = await client.UploadAsync(RecordingClient.NewName(), RecordingClient.Sample(2_000));
        Assert.Equal((507, "insufficient_storage"), (upload.Status, upload.Text("code")));
        var failed = await client.UntilAsync(job, "failed");
        Assert.Equal("insufficient_storage", failed.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(active, (await client.PredictAsync()).Text("version"));
        Assert.Equal(pointer, await File.ReadAllTextAsync(Path.Combine(fleet.DataDirectory, "active_model.json")));

        File.Delete(ballast);
        await client.TrainAsync(dataset);
        await FleetFixture.CheckAsync(fleet, expectedErrors: 507);
    }

    [RootFact]
    public async Task F14_DatabaseDiskFull_RefusesWritesAndGoesOnPredicting()
    {
        var cluster = await fixture.ClusterAsync();
        using var disk = SmallDisk.TryMount(kilobytes: 32 * 1024);
        Assert.NotNull(disk);
        await RunAsync("chown", "postgres", disk!.Path);
        var space = $"small_{Guid.NewGuid():N}";
        var database = await cluster.CreateDatabaseAsync();
        await cluster.ExecuteAsync($"CREATE TABLESPACE {space} LOCATION '{disk.Path}'");
        var name = new Npgsql.NpgsqlConnectionStringBuilder(database).Database;
        await cluster.ExecuteAsync($"ALTER DATABASE {name} SET TABLESPACE {space}");
        try
        {
            await using var fleet = await Fleet.StartAsync(cluster, ["All"], connectionString: database);
            var client = fleet.Client();
            var active = await client.TrainAndActivateAsync();

            var ballast = disk.Fill();
            History.Entry refused = null!;
            await Poll.UntilAsync(
                async () => !(refused = await client.AddRecordsAsync(RecordingClient.NewTag(), 1_000)).Succeeded, "the disk to be full");

            // Sometimes PostgreSQL can't even begin a session, because it wants to write a cache file first, and calls that an internal
            // error.
            Assert.True(
                (refused.Status, refused.Text("code")) == (507, "insufficient_storage")
                    || ((refused.Status, refused.Text("code")) == (503, "database_unavailable")
                        && cluster.Log.Contains("could not write init file", StringComparison.Ordinal)),
                $"{refused} {fleet.Said()}");
            Assert.Equal(active, (await client.PredictAsync()).Text("version"));

            File.Delete(ballast);
            Assert.True((await client.AddRecordsAsync(RecordingClient.NewTag(), 1_000)).Succeeded);
            await client.TrainAsync(await client.UploadSampleAsync());
            await FleetFixture.CheckAsync(fleet, expectedErrors: refused.Status == 503 ? [503, 507] : [507]);
        }
        finally
        {
            // Before the disk goes: the cluster serves other tests.
            await cluster.ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
            await cluster.ExecuteAsync($"DROP TABLESPACE {space}");
        }
    }

    [Fact]
    public async Task F15_VersionsFileDamaged_IsRefusedAtActivationAndAtStart()
    {
        await using var fleet = await Fleet.StartEmbeddedAsync();
        var client = fleet.Client();
        var active = await client.TrainAndActivateAsync();
        var other = await client.TrainAsync(await client.UploadSampleAsync());
        var damages = new (string Name, Action<string> Do)[]
        {
            ("a flipped bit", path =>
            {
                var bytes = File.ReadAllBytes(path);
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(path, bytes);
            }),
            ("cut short", path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..100])),
            ("removed", File.Delete),
        };
        foreach (var (name, damage) in damages)
        {
            using (Damaged(fleet, other, damage))
            {
                var refused = await client.ActivateAsync(other);
                Assert.True((refused.Status, refused.Text("code")) == (409, "artifact_corrupt"), $"{name}: {refused}");
                Assert.Equal(active, (await client.PredictAsync()).Text("version"));
            }

            using (Damaged(fleet, active, damage))
            {
                // What is loaded keeps serving; a new process can't load it, says so, and never answers with anything else.
                Assert.Equal(active, (await client.PredictAsync()).Text("version"));
                await fleet.Api1.KillAsync();
                await fleet.LaunchAsync(fleet.Api1);
                using var http = new HttpClient { BaseAddress = await fleet.Api1.Process.ListeningAsync() };
                using var ready = await http.GetAsync("/health/ready");
                Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
                using var body = JsonDocument.Parse(await ready.Content.ReadAsStringAsync());
                Assert.Contains(active, body.RootElement.GetProperty("active_model").GetString(), StringComparison.Ordinal);
            }

            await fleet.Api1.UntilReadyAsync();
            Assert.Equal(active, (await client.PredictAsync()).Text("version"));
        }

        await FleetFixture.CheckAsync(fleet);
    }

    [RootFact]
    public async Task F15_VersionsFolderReadOnly_FailsTheTrainingAndKeepsServing()
    {
        await using var fleet = await Fleet.StartEmbeddedAsync();
        var client = fleet.Client();
        var active = await client.TrainAndActivateAsync();
        var dataset = await client.UploadSampleAsync();
        using (var mount = SmallDisk.TryProtect(Path.Combine(fleet.DataDirectory, "versions")))
        {
            Assert.NotNull(mount);
            var failed = await client.UntilAsync(await client.QueueAsync(dataset), "failed");
            Assert.Equal("storage_unavailable", failed.GetProperty("error").GetProperty("code").GetString());
            Assert.Equal(active, (await client.PredictAsync()).Text("version"));
        }

        await client.TrainAsync(dataset);
        await FleetFixture.CheckAsync(fleet);
    }

    [Fact]
    public async Task F19_EmbeddedKilledWithQueuedAndRunningJobs_EndsThemAllAndRefusesASecondProcess()
    {
        await using var fleet = await Fleet.StartEmbeddedAsync();
        var client = fleet.Client();
        await client.TrainAndActivateAsync();
        var dataset = await client.UploadSampleAsync();
        var running = await client.QueueAsync(dataset, FleetFixture.LongEpochs);
        var queued = await client.QueueAsync(dataset);
        await client.UntilItTrainsAsync(running);

        await using (var second = ServiceProcess.Start(("ModelOps__DataDirectory", fleet.DataDirectory)))
        {
            Assert.Equal(1, await second.EndAsync());
            Assert.Contains("Another ModelOps process", Assert.Single(second.Errors), StringComparison.Ordinal);
            Assert.True((await client.PredictAsync()).Succeeded);
        }

        await fleet.Api1.KillAsync();
        await fleet.StartAsync(fleet.Api1);
        Assert.Equal(2, (await client.UntilAsync(running, "succeeded")).GetProperty("attempt").GetInt32());
        Assert.Equal(1, (await client.UntilAsync(queued, "succeeded")).GetProperty("attempt").GetInt32());
        await FleetFixture.CheckAsync(fleet);
    }

    /// <summary>A process that was given faults outside of a test must not run as if nothing were wrong.</summary>
    [Fact]
    public async Task FaultPoints_OutsideOfTheTestEnvironment_RefuseToStart()
    {
        await using var service =
            ServiceProcess.Start(("MODELOPS_FAULT_POINTS", "version.renamed=kill"), ("ASPNETCORE_ENVIRONMENT", "Production"));

        Assert.Equal(1, await service.EndAsync());
        Assert.Contains("MODELOPS_FAULT_POINTS", Assert.Single(service.Errors), StringComparison.Ordinal);
    }

    private static Restored Damaged(Fleet fleet, string version, Action<string> damage)
    {
        var path = Path.Combine(fleet.DataDirectory, "versions", version, "model.safetensors");
        var whole = File.ReadAllBytes(path);
        damage(path);
        return new Restored(path, whole);
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private sealed class Restored(string path, byte[] whole) : IDisposable
    {
        public void Dispose() => File.WriteAllBytes(path, whole);
    }
}

/// <summary>Mounts a disk, which only root can: a visible skip for anybody else.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.UserName == "root" ? null : "Only root can mount the disk that this test fills.";
}
