using System.Diagnostics;
using System.Text.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>Workers that are killed, frozen and asked to end in the middle of a training. Their API lives on.</summary>
public sealed class WorkerTests
{
    private const int Epochs = 6_000;

    [Fact]
    public async Task Kill_InTheMiddleOfATraining_TakesTheTrainerAlongAndTheNextWorkerResumes()
    {
        await using var services = await PostgresServices.CreateAsync();
        using var api = await services.Start("Api").AdminAsync();
        var dataset = await api.SampleDatasetAsync();
        var worker = services.Start("Worker");
        var job = await StartTrainingAsync(api, dataset);
        var trainers = TrainersOf(services);
        Assert.Single(trainers);

        await worker.KillAsync();
        var since = Stopwatch.StartNew();
        await Api.UntilAsync(() => Task.FromResult(!TrainersOf(services).Any(trainers.Contains)), "the trainer to end with its worker");
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        services.Start("Worker");

        await api.PollAsync(job, j => j.GetProperty("attempt").GetInt32() == 2);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        await AssertOneVersionAsync(services, await api.WaitForAsync(job, "succeeded"), attempt: 2);
    }

    [Fact]
    public async Task Terminate_InTheMiddleOfATraining_HandsTheJobBackWithinFiveSecondsAndCountsNothing()
    {
        await using var services = await PostgresServices.CreateAsync();
        using var api = await services.Start("Api").AdminAsync();
        var dataset = await api.SampleDatasetAsync();
        var worker = services.Start("All");
        var job = await StartTrainingAsync(api, dataset);

        // Clients that wait don't keep the process from ending.
        using var waiting = await worker.AdminAsync();
        var events = waiting.GetAsync($"/model/jobs/{job}/events", HttpCompletionOption.ResponseHeadersRead);
        using var stream = await events;

        var since = Stopwatch.StartNew();
        Assert.Equal(0, await worker.TerminateAsync());
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var released = await api.JobAsync(job);
        Assert.Equal(("queued", 0), (Api.Status(released), released.GetProperty("attempt").GetInt32()));
        Assert.Empty(TrainersOf(services));

        services.Start("Worker");
        await AssertOneVersionAsync(services, await api.WaitForAsync(job, "succeeded"), attempt: 1);
    }

    [Fact]
    public async Task Freeze_BeyondTheLease_LeavesTheResultToTheNewOwner()
    {
        await using var services = await PostgresServices.CreateAsync();
        using var api = await services.Start("Api").AdminAsync();
        var dataset = await api.SampleDatasetAsync();
        var frozen = services.Start("Worker");
        var job = await StartTrainingAsync(api, dataset, epochs: 10_000);

        // Only the worker: its trainer goes on, beside the new owner's.
        frozen.Freeze();
        var owner = services.Start("Worker");
        await api.PollAsync(job, j => j.GetProperty("attempt").GetInt32() == 2);
        var folders = Directory.GetDirectories(Path.Combine(services.DataDirectory, "jobs", Guid.Parse(job).ToString("N")));
        var ended = await api.WaitForAsync(job, "succeeded");

        frozen.Thaw();
        await Api.UntilAsync(
            () => Task.FromResult(frozen.Output.Contains("is no longer this worker's", StringComparison.Ordinal)), "the zombie to notice");
        await AssertOneVersionAsync(services, ended, attempt: 2);
        Assert.NotEmpty(folders);
        Assert.Equal(ended.ToString(), (await api.JobAsync(job)).ToString());
        Assert.False(owner.HasEnded);

        // The zombie works on as any other worker.
        await api.TrainAsync(dataset, seed: 3);
    }

    private static async Task<string> StartTrainingAsync(HttpClient api, string dataset, int epochs = Epochs)
    {
        var job = await api.QueueAsync(dataset, epochs, hidden: 16, batch: 16);
        await api.WaitForProgressAsync(job);
        return job;
    }

    private static async Task AssertOneVersionAsync(PostgresServices services, JsonElement job, int attempt)
    {
        Assert.Equal(attempt, job.GetProperty("attempt").GetInt32());
        Assert.Equal(1L, await services.AskAsync($"""SELECT count(*) FROM model_versions WHERE "JobId" = '{job.GetProperty("job_id").GetString()}'"""));
        await Api.UntilAsync(
            () => Task.FromResult(
                Directory.GetFileSystemEntries(Path.Combine(services.DataDirectory, "jobs")).Length == 0
                && Directory.GetFileSystemEntries(Path.Combine(services.DataDirectory, "versions")).Length == 1),
            "nothing but the version to be left");
    }

    /// <summary>The trainer processes that work in this data directory.</summary>
    private static List<int> TrainersOf(PostgresServices services) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && CommandOf(id) is [.., "train", var folder] && folder.StartsWith(services.DataDirectory, StringComparison.Ordinal)),
    ];

    private static string[] CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
