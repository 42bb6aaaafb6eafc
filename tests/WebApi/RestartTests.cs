using System.Diagnostics;
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

    public void Dispose() => _data.Delete(recursive: true);

    private ServiceProcess Start() => ServiceProcess.Start(("ModelOps__DataDirectory", _data.FullName));
}
