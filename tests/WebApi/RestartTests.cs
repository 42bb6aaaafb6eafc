using System.Net.Http.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests;

/// <summary>The embedded service, killed as a power cut would and started again on the same data.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("modelops-restart-");

    [Fact]
    public async Task Start_AfterAKillInTheMiddleOfATraining_EndsEveryAcceptedJobInOneVersion()
    {
        string running, queued, dataset;
        await using (var killed = Start())
        {
            using var client = await killed.AdminAsync();
            dataset = await client.SampleDatasetAsync(200);
            running = await client.QueueAsync(dataset, epochs: 3_000);
            queued = await client.QueueAsync(dataset, epochs: 1, seed: 7);
            await client.WaitForProgressAsync(running);
            await killed.KillAsync();
        }

        await using var service = Start();
        using var admin = await service.AdminAsync();
        var first = await admin.WaitForAsync(running, "succeeded");
        var second = await admin.WaitForAsync(queued, "succeeded");

        Assert.Equal(2, first.GetProperty("attempt").GetInt32());
        Assert.Equal(1, second.GetProperty("attempt").GetInt32());
        var versions = (await admin.JsonAsync("/model/versions")).GetProperty("models").EnumerateArray().Select(m => m.GetProperty("job_id").GetString());
        Assert.Equal([queued, running], versions);
        Assert.Equal(200, (await admin.JsonAsync($"/model/datasets/{dataset}")).GetProperty("rows").GetInt32());
        await Api.UntilAsync(() => Task.FromResult(IsEmpty("jobs") && IsEmpty("staging")), "the working folders to go");
    }

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
        }

        await using var service = Start();
        using var admin = await service.AdminAsync();
        using var answer = await admin.PostTextAsync("/model/predict", Api.Patient(6.1));

        Assert.Equal(version, (await answer.JsonAsync()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task Start_OnADataDirectoryInUse_IsRefusedInOneSentence()
    {
        await using var first = Start();
        using var client = await first.AdminAsync();

        await using var second = Start();

        Assert.Equal(1, await second.EndAsync());
        Assert.Contains("Another ModelOps process", Assert.Single(second.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain("dbug:", first.Output, StringComparison.Ordinal);
        Assert.Equal("admin@localhost", (await client.GetFromJsonAsync<Me>("/auth/me"))!.Email);
    }

    public void Dispose() => _data.Delete(recursive: true);

    private ServiceProcess Start() => ServiceProcess.Start(("ModelOps__DataDirectory", _data.FullName));

    private bool IsEmpty(string folder)
    {
        var path = Path.Combine(_data.FullName, folder);
        return !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any();
    }

    private sealed record Me(string Email);
}
