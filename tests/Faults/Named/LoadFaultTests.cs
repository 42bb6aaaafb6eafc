using System.Diagnostics;
using System.Globalization;
using System.Text;
using ModelOps.Faults.Tests.Harness;
using ModelOps.TestSupport;
using Xunit.Abstractions;

namespace ModelOps.Faults.Tests.Named;

/// <summary>
/// What one user or one long write may do to the others. With <c>MODELOPS_FAULT_SECONDS</c> above the default the files are as large as
/// the promise says.
/// </summary>
[Collection(LoadGroup.Name)]
public sealed class LoadFaultTests(FleetFixture fixture, ITestOutputHelper output)
{
    private const int ShortForm = 45;

    /// <summary>Rows of an import whose process is killed at the last batch, when the earlier ones are in the database.</summary>
    private const int Rows = 5_300;
    private const int LastBatch = 300;

    /// <summary>What nearly all answers keep within, however busy the machine is beside the test.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    /// <summary>What every answer keeps within, also on a machine that is busy otherwise. A long write took 30 s and more.</summary>
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(4);

    private static bool IsLong => int.TryParse(
        Environment.GetEnvironmentVariable("MODELOPS_FAULT_SECONDS"), CultureInfo.InvariantCulture, out var seconds) && seconds > ShortForm;

    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task F20_TwoImportsAtOnce_LeaveEverythingElseQuick(Provider provider)
    {
        var rows = IsLong ? 400_000 : 60_000;
        await using var fleet = await StartAsync(provider);
        await fleet.Client().TrainAndActivateAsync();
        using var admin = await Caller.AdminAsync(fleet);
        using var user = await Caller.UserAsync(fleet);
        using var victim = await Caller.UserAsync(fleet);
        using var anonymous = Caller.Anonymous(fleet);
        using var end = new CancellationTokenSource();
        Task[] beside =
        [
            Every(50, user.PredictAsync),
            Every(50, () => anonymous.GetAsync("live", "/health/live")),
            Every(200, () => anonymous.LoginAsync("sign-in", user.Email, Caller.Password)),
            Every(200, () => anonymous.LoginAsync("wrong password", victim.Email, "not the password of this user")),
            Every(200, () => anonymous.LoginAsync("unknown account", "nobody@example.org", "not the password of this user")),
            Every(200, admin.AddRecordAsync),
        ];

        var imports = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Run(() =>
            admin.SendFileAsync("import", "/records/import", "a.csv", RecordingClient.Sample(rows, seed: i + 1)))));
        await end.CancelAsync();
        await Task.WhenAll(beside);

        Assert.All(imports, import => Assert.True(import.Status == 201, import.ToString()));
        var added = admin.Answers.Count(a => a.Kind == "record");
        var summary = await admin.GetAsync("summary", "/records/summary");
        Assert.Equal((2 * rows) + added, summary.Body!.Value.GetProperty("records").GetInt32());
        AssertQuick([.. user.Answers, .. anonymous.Answers, .. admin.Answers.Where(a => a.Kind == "record")]);
        Assert.All(user.Answers.Where(a => a.Kind == "predict"), a => Assert.True(a.Body!.Value.GetProperty("kept").GetBoolean()));

        Task Every(int milliseconds, Func<Task> ask) =>
            Task.Run(() => Hold.EveryAsync(TimeSpan.FromMilliseconds(milliseconds), ask, end.Token), CancellationToken.None);
    }

    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task F20_ImportWhoseProcessIsKilled_LeavesNothing(Provider provider)
    {
        await using var fleet = await StartAsync(provider);
        using (var admin = await Caller.AdminAsync(fleet))
        {
            Assert.Equal(201, (await admin.SendFileAsync("import", "/records/import", "a.csv", RecordingClient.Sample(500))).Status);
            await fleet.RestartAsync(fleet.Api1, $"records.insert/{LastBatch}=kill");
        }

        using (var admin = await Caller.AdminAsync(fleet))
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
                admin.SendFileAsync("import", "/records/import", "a.csv", RecordingClient.Sample(Rows)));
        }

        await fleet.Api1.UntilDeadAsync();
        await fleet.StartAsync(fleet.Api1);
        using var again = await Caller.AdminAsync(fleet);
        Assert.Equal(500, await RecordsAsync());
        Assert.Equal(201, (await again.SendFileAsync("import", "/records/import", "a.csv", RecordingClient.Sample(Rows))).Status);
        Assert.Equal(500 + Rows, await RecordsAsync());
        if (provider == Provider.PostgreSql)
        {
            await Poll.UntilAsync(
                async () => (long)(await fleet.AskAsync("SELECT count(*) FROM record_imports"))! == 2, "the sweep of the dead import");
            Assert.Equal(500L + Rows, await fleet.AskAsync("SELECT count(*) FROM labelled_records"));
        }

        async Task<int> RecordsAsync() =>
            (await again.GetAsync("summary", "/records/summary")).Body!.Value.GetProperty("records").GetInt32();
    }

    [Theory]
    [InlineData(Provider.PostgreSql)]
    public async Task F20_ProcessKilledAfterAWithdrawal_TheRecordsAreRemovedAllTheSame(Provider provider)
    {
        await using var fleet = await StartAsync(provider);
        using (var admin = await Caller.AdminAsync(fleet))
        {
            Assert.Equal(201, (await admin.SendFileAsync("import", "/records/import", "a.csv", RecordingClient.Sample(500))).Status);
            var import = await admin.SendFileAsync("import", "/records/import", "b.csv", RecordingClient.Sample(Rows));
            var id = import.Body!.Value.GetProperty("import_id").GetInt64();
            var withdrawn = await admin.DeleteAsync("withdraw", $"/records/imports/{id}");
            Assert.Equal(Rows, withdrawn.Body!.Value.GetProperty("deleted").GetInt32());
            await fleet.Api1.KillAsync();
        }

        await fleet.StartAsync(fleet.Api1);
        using var again = await Caller.AdminAsync(fleet);
        Assert.Equal(500, (await again.GetAsync("summary", "/records/summary")).Body!.Value.GetProperty("records").GetInt32());
        await Poll.UntilAsync(
            async () => 1L.Equals(await fleet.AskAsync("SELECT count(*) FROM record_imports WHERE \"State\" = 'Removed'")),
            "the removal");
        Assert.Equal(500L, await fleet.AskAsync("SELECT count(*) FROM labelled_records"));
    }

    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task F23_UserWhoFloodsComparisonsAndBatches_LeavesTheOthersTheirShare(Provider provider)
    {
        var (rows, seconds) = IsLong ? (1_000_000, 60) : (20_000, 8);
        await using var fleet = await StartAsync(provider);
        var client = fleet.Client();
        await client.TrainAndActivateAsync();
        var dataset = await client.UploadSampleAsync(rows);
        var (first, second) = (await client.TrainAsync(dataset, epochs: 1, seed: 1), await client.TrainAsync(dataset, epochs: 1, seed: 2));
        using var greedy = await Caller.UserAsync(fleet);
        using var other = await Caller.UserAsync(fleet);
        const string patient = """{"HbA1c": 6.1, "AGE": 54, "BMI": 29.5, "Gender": "F"}""";
        var batch = Encoding.UTF8.GetBytes($$"""{"rows": [{{string.Join(',', Enumerable.Repeat(patient, 10_000))}}]}""");
        await other.PredictAsync();
        var before = ResidentMegabytes(fleet);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        Task[] flood =
        [
            .. Enumerable.Range(0, 10).Select(_ => Every(1, () =>
                greedy.GetAsync("compare", $"/model/compare?baseline={first}&candidate={second}"))),
            .. Enumerable.Range(0, 10).Select(_ => Every(1, () => greedy.PostTextAsync("batch", "/model/predict/batch", batch))),
        ];
        var most = before;
        await Task.WhenAll(
            Every(50, other.PredictAsync),
            Every(100, () => Task.FromResult(most = Math.Max(most, ResidentMegabytes(fleet)))));
        await Task.WhenAll(flood);

        output.WriteLine($"Memory: {before} MB before, {most} MB at most. {Counts(greedy)}");
        Assert.All(greedy.Answers.Where(a => a.Kind != "login"), a => Assert.True(
            a.Status == 200 || a is { Status: 429, RetryAfter: true } && a.Text("code") == "too_busy", a.ToString()));
        Assert.Contains(greedy.Answers, a => a is { Kind: "compare", Status: 429 });
        Assert.Contains(greedy.Answers, a => a is { Kind: "compare", Status: 200 });
        Assert.Contains(greedy.Answers, a => a is { Kind: "batch", Status: 200 });
        var predictions = other.Answers.Where(a => a.Kind == "predict").ToList();
        AssertQuick(predictions);
        Assert.All(predictions, a => Assert.True(a.Body!.Value.GetProperty("kept").GetBoolean()));
        Assert.InRange(most - before, 0, 300);

        using var admin = await Caller.AdminAsync(fleet);
        var label = new { CLASS = "P", source = "lab" };
        foreach (var prediction in (Measured[])[predictions[0], predictions[predictions.Count / 2], predictions[^1]])
        {
            // A prediction that waits behind the batches may be stored some seconds later.
            Measured labelled = null!;
            var address = $"/predictions/{prediction.Text("prediction_id")}/label";
            await Poll.UntilAsync(
                async () => (labelled = await admin.PostAsync("label", address, label)).Status != 404, "the prediction to be stored");
            Assert.True(labelled.Status == 200, labelled.ToString());
        }

        Task Every(int milliseconds, Func<Task> ask) =>
            Task.Run(() => Hold.EveryAsync(TimeSpan.FromMilliseconds(milliseconds), ask, end.Token), CancellationToken.None);
    }

    private async Task<Fleet> StartAsync(Provider provider) => provider == Provider.Sqlite
        ? await Fleet.StartEmbeddedAsync()
        : await Fleet.StartAsync(await fixture.ClusterAsync(), ["All"]);

    private void AssertQuick(IReadOnlyCollection<Measured> answers)
    {
        foreach (var kind in answers.GroupBy(a => a.Kind))
        {
            var times = kind.Select(a => a.Took).Order().ToList();
            var (median, longest) = (times[times.Count / 2].TotalMilliseconds, times[^1].TotalMilliseconds);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{kind.Key}: {times.Count}, median {median:0} ms, longest {longest:0} ms"));
            Assert.All(kind, a => Assert.True(a.Status < 500, a.ToString()));
            var nearlyAll = times[(times.Count - 1) * 9 / 10];
            Assert.True(nearlyAll < Promised, $"{kind.Key}: one in ten took {nearlyAll}");
            Assert.True(times[^1] < Slowest, $"{kind.Key} took {times[^1]}");
        }
    }

    private static string Counts(Caller caller) => string.Join(", ", caller.Answers
        .GroupBy(a => (a.Kind, a.Status)).Select(g => $"{g.Key.Kind} {g.Key.Status}: {g.Count()}").Order(StringComparer.Ordinal));

    private static long ResidentMegabytes(Fleet fleet)
    {
        using var process = Process.GetProcessById(fleet.Api1.Process.Id);
        return process.WorkingSet64 >> 20;
    }
}
