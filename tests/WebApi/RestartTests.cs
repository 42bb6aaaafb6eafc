using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests;

/// <summary>The embedded service, ended and started again on the same data.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("modelops-restart-");

    [Fact]
    public async Task Start_AfterAnActivation_ServesTheSameVersionAgain()
    {
        string version;
        await using (var killed = Start())
        {
            using var client = await killed.AdminAsync();
            version = await client.TrainAsync(await client.SampleDatasetAsync());
            await client.ActivateAsync(version);
            await killed.KillAsync();
            Assert.DoesNotContain("dbug:", killed.Output, StringComparison.Ordinal);
        }

        await using var service = Start();
        using var admin = await service.AdminAsync();
        using var answer = await admin.PostTextAsync("/model/predict", Api.Patient(6.1));

        Assert.Equal(version, (await answer.JsonAsync()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task Terminate_InTheMiddleOfATraining_WaitsForNoClientAndTheNextStartGoesOn()
    {
        string job;
        await using (var service = Start())
        {
            using var client = await service.AdminAsync();
            job = await client.QueueAsync(await client.SampleDatasetAsync(), epochs: 3_000, batch: 16);
            await client.WaitForProgressAsync(job);
            using var events = await client.GetAsync($"/model/jobs/{job}/events", HttpCompletionOption.ResponseHeadersRead);
            var since = Stopwatch.StartNew();

            Assert.Equal(0, await service.TerminateAsync());

            Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }

        await using var next = Start();
        using var admin = await next.AdminAsync();
        Assert.Equal(1, (await admin.WaitForAsync(job, "succeeded")).GetProperty("attempt").GetInt32());
    }

    /// <summary>The first sweep comes with the start and the next a minute later, so the process is killed before any removal.</summary>
    [Fact]
    public async Task Kill_BetweenAWithdrawalAndTheRemoval_RemovesTheRecordsAfterTheRestart()
    {
        const int Rows = 3_000;
        long import;
        await using (var killed = Start())
        {
            using var client = await killed.AdminAsync();
            using var kept = await client.PostTextAsync("/records", Api.Record(5.1, "N"));
            using var imported = await client.UploadAsync("a.csv", Encoding.UTF8.GetBytes(Api.Sample(Rows)), address: "/records/import");
            import = (await imported.JsonAsync()).GetProperty("import_id").GetInt64();
            using var withdrawn = await client.DeleteAsync($"/records/imports/{import}");
            Assert.Equal(Rows, (await withdrawn.JsonAsync()).GetProperty("deleted").GetInt32());
            await killed.KillAsync();
        }

        Assert.Equal(Rows + 1, await StoredAsync());
        await using var service = Start();
        using var admin = await service.AdminAsync();
        Assert.Equal(1, (await admin.JsonAsync("/records/summary")).GetProperty("records").GetInt32());
        await Api.UntilAsync(async () => await StoredAsync() == 1, "the removal");
        using var again = await admin.DeleteAsync($"/records/imports/{import}");
        Assert.Equal(Rows, (await again.JsonAsync()).GetProperty("deleted").GetInt32());

        async Task<long> StoredAsync()
        {
            await using var database = new SqliteConnection(
                $"Data Source={Path.Combine(_data.FullName, "modelops.db")};Mode=ReadOnly;Pooling=False");
            await database.OpenAsync();
            await using var count = new SqliteCommand("SELECT count(*) FROM labelled_records", database);
            return (long)(await count.ExecuteScalarAsync())!;
        }
    }

    public void Dispose() => _data.Delete(recursive: true);

    private ServiceProcess Start() => ServiceProcess.Start(("ModelOps__DataDirectory", _data.FullName));
}
