namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>Two service processes on one database.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task Activation_OfAVersionThatAReplicaCannotLoad_LeavesItOnTheOldOneUntilItCan()
    {
        var ownFolder = Directory.CreateTempSubdirectory("modelops-replica-");
        try
        {
            await using var services = await PostgresServices.CreateAsync();
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
            Assert.Contains(versions[1], (await second.ReadinessAsync()).Body.GetProperty("active_model")
                .GetString(), StringComparison.Ordinal);
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
