using System.Diagnostics;
using System.Net.Http.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Scripts;

/// <summary>The scripts for cron jobs, which need bash and curl alone, against the running service.</summary>
public sealed class ScriptTests(ScriptTests.Fixture service) : IClassFixture<ScriptTests.Fixture>
{
    private static readonly string[] Names = ["retrain.sh", "activate-if-better.sh", "rollback.sh", "export-version.sh", "backup.sh"];

    public static TheoryData<string> Scripts => new(Names);

    public sealed class Fixture : ServiceFixture
    {
        /// <summary>The administrator's personal access token.</summary>
        public string Token { get; private set; } = "";

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            using var admin = await AdminAsync();
            using var created = await admin.PostAsJsonAsync(
                "/auth/tokens", new { name = "scripts", expires_at = DateTime.UtcNow.AddDays(1) });
            Token = (await created.JsonAsync()).GetProperty("token").GetString()!;
        }
    }

    [Fact]
    public async Task Scripts_OneAfterAnother_TrainActivateRollBackExportAndBackUp()
    {
        using var admin = await service.AdminAsync();

        // The first version knows too little to predict Diabetes, so the second one is better in every installation's own split of the rows
        // and finds more of the patients with diabetes. One that is trained a little may predict Diabetes for too many, and find them all.
        var dataset = await admin.SampleDatasetAsync(rows: 3_000);
        var folder = Directory.CreateTempSubdirectory("modelops-scripts-");
        try
        {
            var untrained = new
            {
                use_database = false, dataset_name = dataset, architecture = "mlp-bn", epochs = 1, learning_rate = 1e-6, seed = 1,
            };
            using var queued = await admin.PostAsJsonAsync("/model/retrain", untrained);
            var job = (await queued.JsonAsync()).GetProperty("job_id").GetString()!;
            var first = (await admin.WaitForAsync(job, "succeeded")).GetProperty("version").GetString()!;
            Assert.Equal(3, (await RunAsync("activate-if-better.sh")).Code);
            Assert.Equal(first, await OneLineAsync("activate-if-better.sh", "--or-first"));
            Assert.Equal(3, (await RunAsync("activate-if-better.sh", first)).Code);

            var second = await OneLineAsync("retrain.sh", "--dataset", dataset, "--architecture", "mlp-bn", "--epochs", "60");
            Assert.Equal(second, await OneLineAsync("activate-if-better.sh"));
            Assert.Equal(3, (await RunAsync("activate-if-better.sh", first)).Code);

            Assert.Equal(first, await OneLineAsync("rollback.sh", "--reason", "\"quoted\" \\ reason", "--expected", second));
            Assert.Equal(1, (await RunAsync("rollback.sh", "--expected", second)).Code);
            Assert.Equal(3, (await RunAsync("rollback.sh")).Code);
            var activations = await admin.JsonAsync("/model/activations");
            Assert.Equal("\"quoted\" \\ reason", activations.GetProperty("activations")[0].GetProperty("reason").GetString());

            var copy = Path.Combine(folder.FullName, "copy");
            Assert.Equal(0, (await RunAsync("export-version.sh", second, copy)).Code);
            Assert.Equal(
                await admin.GetByteArrayAsync($"/model/versions/{second}/files/model.safetensors"),
                await File.ReadAllBytesAsync(Path.Combine(copy, "model.safetensors")));
            Assert.Equal(3, (await RunAsync("export-version.sh", second, copy)).Code);
            Assert.Equal(1, (await RunAsync("export-version.sh", "v20200101_000000", Path.Combine(folder.FullName, "none"))).Code);
            Assert.Equal([copy], Directory.GetFileSystemEntries(folder.FullName));

            var backup = Path.Combine(folder.FullName, "backup");
            Assert.Contains("2 versions were copied", (await RunAsync("backup.sh", backup)).Errors, StringComparison.Ordinal);
            Assert.Contains("0 versions were copied", (await RunAsync("backup.sh", backup)).Errors, StringComparison.Ordinal);
            Assert.Equal(
                await admin.GetByteArrayAsync($"/model/datasets/{dataset}/rows.csv"),
                await File.ReadAllBytesAsync(Path.Combine(backup, "datasets", dataset)));
            Assert.True(File.Exists(Path.Combine(backup, "versions", first, "model.safetensors")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Script_CalledWrongly_SaysHowItIsCalled(string script)
    {
        var help = await RunAsync(script, "--help");
        Assert.Equal((0, ""), (help.Code, help.Errors));
        Assert.Contains(script, help.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0", help.Output, StringComparison.Ordinal);

        var wrong = await RunAsync(script, "--no-such-option");
        Assert.Equal((2, ""), (wrong.Code, wrong.Output));
        Assert.Equal(2, (await RunAsync(script, [("MODELOPS_TOKEN", "")])).Code);
    }

    [Fact]
    public async Task Script_WithoutTheServiceOrTheRight_EndsWithItsOwnCode()
    {
        var away = await RunAsync("rollback.sh", [("MODELOPS_URL", "http://127.0.0.1:1")]);
        Assert.Equal(4, away.Code);
        var stranger = await RunAsync("rollback.sh", [("MODELOPS_TOKEN", "modelops_nobody")]);
        Assert.Equal(1, stranger.Code);
        Assert.Contains("The token isn't valid any more.", stranger.Errors, StringComparison.Ordinal);
        var refused = await RunAsync("retrain.sh", "--dataset", "none.csv");
        Assert.Equal((1, ""), (refused.Code, refused.Output));
    }

    private async Task<string> OneLineAsync(string script, params string[] arguments)
    {
        var ended = await RunAsync(script, arguments);
        Assert.True(ended.Code == 0, $"{script}: {ended.Code} {ended.Errors}");
        return ended.Output.TrimEnd();
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string script, params string[] arguments) =>
        RunAsync(script, [], arguments);

    private async Task<(int Code, string Output, string Errors)> RunAsync(
        string script, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "scripts", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MODELOPS_URL"] = service.ClientOptions.BaseAddress.ToString();
        start.Environment["MODELOPS_TOKEN"] = service.Token;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(ServiceProcess.Patience);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }
}
