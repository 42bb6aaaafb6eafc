using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ModelOps.Faults.Tests.Harness;
using ModelOps.TestSupport;

namespace ModelOps.Faults.Tests.Named;

/// <summary>What may happen to the disks and what lies on them.</summary>
[Collection(ServersGroup.Name)]
public sealed class DiskFaultTests(FleetFixture fixture)
{
    private const int Held = 77;

    /// <summary>Megabytes of the disk that is filled to several levels.</summary>
    private const int FullDisk = 64;

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
            using (var anonymous = Caller.Anonymous(fleet))
            {
                var known = await anonymous.LoginAsync("known", ServiceProcess.AdminEmail, "not the password of this user");
                var unknown = await anonymous.LoginAsync("unknown", "nobody@example.org", "not the password of this user");
                Assert.Equal((unknown.Status, unknown.Text("code")), (known.Status, known.Text("code")));
                Assert.NotEqual(507, known.Status);
            }

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

    [RootFact]
    public async Task F21_DiskOfAnEmbeddedInstallationFull_KeepsSmallWritesSignInAndDeletionsWorking()
    {
        using var disk = SmallDisk.TryMount(kilobytes: FullDisk * 1024);
        Assert.NotNull(disk);
        await using var fleet = await Fleet.StartEmbeddedAsync(Path.Combine(disk!.Path, "data"));
        await SmallWritesOnAFullDiskAsync(fleet, disk);
    }

    [RootFact]
    public async Task F21_DataDiskBesidePostgreSqlFull_KeepsSmallWritesSignInAndDeletionsWorking()
    {
        var cluster = await fixture.ClusterAsync();
        using var disk = SmallDisk.TryMount(kilobytes: FullDisk * 1024);
        Assert.NotNull(disk);
        await using var fleet = await Fleet.StartAsync(cluster, ["All"], dataDirectory: Path.Combine(disk!.Path, "data"));
        await SmallWritesOnAFullDiskAsync(fleet, disk);
    }

    /// <summary>The disk is filled to each level and then by each of those who write much.</summary>
    private static async Task SmallWritesOnAFullDiskAsync(Fleet fleet, SmallDisk disk)
    {
        var client = fleet.Client();
        var versions = new Queue<string>([await client.TrainAndActivateAsync(), await client.TrainAsync(await client.UploadSampleAsync())]);
        using var admin = await Caller.AdminAsync(fleet);
        using var user = await Caller.UserAsync(fleet);
        using var victim = await Caller.UserAsync(fleet);
        using var anonymous = Caller.Anonymous(fleet);
        var large = RecordingClient.Sample(200_000);
        foreach (var percent in (int[])[100, 99, 95])
        {
            foreach (var filler in (string[])["upload", "import", "training"])
            {
                var at = $"{percent} %, {filler}";
                await Poll.UntilAsync(() => File.Exists(Path.Combine(fleet.DataDirectory, "reserve")), "the reserve");
                var dataset = RecordingClient.NewName();
                var uploaded = await admin.SendFileAsync("upload", "/model/upload-dataset", dataset, RecordingClient.Sample(20_000));
                Assert.Equal(201, uploaded.Status);
                var ballast = disk.Fill(leave: (100 - percent) * FullDisk * 1024L * 1024 / 100);

                var filled = filler switch
                {
                    "upload" => await admin.SendFileAsync(filler, "/model/upload-dataset", RecordingClient.NewName(), large),
                    "import" => await admin.SendFileAsync(filler, "/records/import", "a.csv", large),
                    _ => await TrainAsync(dataset),
                };
                Assert.True(filled.Status is 507 or 200 || (fleet.Cluster is not null && filler == "import"), $"{at}: {filled}");
                Assert.Empty(Directory.EnumerateFiles(Path.Combine(fleet.DataDirectory, "staging")));

                versions.Enqueue(versions.Dequeue());
                await IsAsync(201, admin.AddRecordAsync());
                await IsAsync(200, admin.PostAsync("activate", "/model/activate", new { version = versions.Peek() }));
                await IsAsync(200, anonymous.LoginAsync("sign-in", user.Email, Caller.Password));
                await IsAsync(401, anonymous.LoginAsync("wrong password", victim.Email, "not the password of this user"));
                await IsAsync(401, anonymous.LoginAsync("unknown account", "nobody@example.org", "not the password of this user"));
                var prediction = await user.PredictAsync();
                await IsAsync(200, admin.PostAsync(
                    "label", $"/predictions/{prediction.Text("prediction_id")}/label", new { CLASS = "P", source = "lab" }));
                await IsAsync(200, admin.DeleteAsync("deletion", $"/model/datasets/{dataset}"));
                File.Delete(ballast);

                async Task IsAsync(int status, Task<Measured> asked)
                {
                    var answer = await asked;
                    Assert.True(answer.Status == status, $"{at}: {answer}");
                }
            }
        }

        // Whether the answer is a success or a failed training, it must come.
        async Task<Measured> TrainAsync(string dataset)
        {
            var queued = await admin.PostAsync(
                "training", "/model/retrain", new { use_database = false, dataset_name = dataset, epochs = 1 });
            if (queued.Status != 202)
            {
                return queued;
            }

            Measured job = null!;
            await Poll.UntilAsync(
                async () => (job = await admin.GetAsync("training", $"/model/jobs/{queued.Text("job_id")}"))
                    .Text("status") is "succeeded" or "failed",
                "the training to end");
            return job;
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
