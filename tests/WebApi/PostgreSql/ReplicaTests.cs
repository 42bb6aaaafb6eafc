using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>Two service processes on one database.</summary>
public sealed class ReplicaTests
{
    private static readonly TimeSpan Agreed = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Activation_ReachesTheOtherReplicaWithinTwoSeconds_AlsoWhenNobodyHearsOfIt()
    {
        await using var services = await PostgresServices.CreateAsync();
        using var first = await services.Start().AdminAsync();
        using var second = await services.Start("Api").AdminAsync();
        var dataset = await first.SampleDatasetAsync();
        string[] versions = [await first.TrainAsync(dataset, seed: 1), await first.TrainAsync(dataset, seed: 2)];

        for (var i = 0; i < 6; i++)
        {
            if (i == 4)
            {
                // From here on nobody is told: the connections that listen are ended just before each activation.
                Assert.Equal(2L, await EndListenersAsync(services));
            }
            else if (i > 4)
            {
                await EndListenersAsync(services);
            }

            await first.ActivateAsync(versions[i % 2]);
            var since = Stopwatch.StartNew();
            await Api.UntilAsync(async () => await ServedAsync(second) == versions[i % 2], "the other replica to agree");
            Assert.InRange(since.Elapsed, TimeSpan.Zero, Agreed);
        }

        await Api.UntilAsync(async () => (long)(await services.AskAsync(CountListeners))! == 2, "the listeners to be back");
    }

    [Fact]
    public async Task Activation_OfAVersionThatAReplicaCannotLoad_LeavesItOnTheOldOneUntilItCan()
    {
        await using var services = await PostgresServices.CreateAsync();
        var ownFolder = Directory.CreateTempSubdirectory("modelops-replica-");
        try
        {
            using var first = await services.Start().AdminAsync();
            var dataset = await first.SampleDatasetAsync();
            string[] versions = [await first.TrainAsync(dataset, seed: 1), await first.TrainAsync(dataset, seed: 2)];
            await first.ActivateAsync(versions[0]);
            Copy(services, versions[0], ownFolder.FullName);
            var replica = services.Start("Api", ("ModelOps__DataDirectory", ownFolder.FullName));
            using var second = await replica.AdminAsync();
            Assert.Equal(versions[0], await ServedAsync(second));

            await first.ActivateAsync(versions[1]);

            await Api.UntilAsync(async () => (await second.ReadinessAsync()).Status == 503, "the replica to notice");
            Assert.Contains(versions[1], (await second.ReadinessAsync()).Body.GetProperty("active_model").GetString(), StringComparison.Ordinal);
            Assert.Contains("The active version can't be loaded", replica.Output, StringComparison.Ordinal);
            Assert.Equal(versions[0], await ServedAsync(second));
            Assert.Equal(versions[1], await ServedAsync(first));
            Assert.Equal(200, (await first.ReadinessAsync()).Status);

            Copy(services, versions[1], ownFolder.FullName);

            await Api.UntilAsync(async () => await ServedAsync(second) == versions[1], "the replica to load the version");
            await second.UntilReadyAsync();
        }
        finally
        {
            ownFolder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Uploads_Activations_AndPointers_AreSharedByReplicas()
    {
        await using var services = await PostgresServices.CreateAsync();
        using var first = await services.Start().AdminAsync();
        using var second = await services.Start("Api").AdminAsync();
        var dataset = await second.SampleDatasetAsync();
        var version = await first.TrainAsync(dataset);
        await second.ActivateAsync(version);

        Assert.Equal(version, (await first.JsonAsync("/model/active")).GetProperty("version").GetString());
        using (var file = await second.GetAsync($"/model/versions/{version}/files/manifest.json"))
        {
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        }

        // Twenty clients on two replicas, one pointer: the losers are told, and the file says what the database says.
        var other = await first.TrainAsync(dataset, seed: 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? first : second).PostAsJsonAsync("/model/activate", new { version = i % 4 < 2 ? version : other, expected_active = version })));
        Assert.All(answers, answer => Assert.Contains((int)answer.StatusCode, new[] { 200, 409 }));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var active = await first.JsonAsync("/model/active");
        await Api.UntilAsync(
            async () =>
            {
                using var pointer = System.Text.Json.JsonDocument.Parse(
                    await File.ReadAllTextAsync(Path.Combine(services.DataDirectory, "active_model.json")));
                return pointer.RootElement.GetProperty("active_model").GetString() == active.GetProperty("version").GetString()
                    && pointer.RootElement.GetProperty("epoch").GetInt64() == active.GetProperty("epoch").GetInt64();
            },
            "the pointer's file");
    }

    private const string CountListeners =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN modelops_active_model'";

    private static async Task<long> EndListenersAsync(PostgresServices services)
    {
        await Api.UntilAsync(async () => (long)(await services.AskAsync(CountListeners))! == 2, "two listeners");
        return (long)(await services.AskAsync(CountListeners.Replace("count(*)", "count(pg_terminate_backend(pid))", StringComparison.Ordinal)))!;
    }

    private static async Task<string?> ServedAsync(HttpClient client)
    {
        using var response = await client.PostTextAsync("/model/predict", Api.Patient(6.1));
        return response.IsSuccessStatusCode ? (await response.JsonAsync()).GetProperty("version").GetString() : null;
    }

    private static void Copy(PostgresServices services, string version, string folder)
    {
        var staged = Directory.CreateDirectory(Path.Combine(folder, "copy"));
        foreach (var file in Directory.GetFiles(Path.Combine(services.DataDirectory, "versions", version)))
        {
            File.Copy(file, Path.Combine(staged.FullName, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(folder, "versions"));
        staged.MoveTo(Path.Combine(folder, "versions", version));
    }
}
