namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>What each role does, and doesn't.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task Roles_ApiQueuesAndAWorkerTrains()
    {
        await using var services = await PostgresServices.CreateAsync();
        using var api = await services.Start("Api").AdminAsync();
        var job = await api.QueueAsync(await api.SampleDatasetAsync());
        Assert.Equal(0L, await services.AskAsync("SELECT count(*) FROM hangfire.server"));

        using var worker = await services.Start("Worker").AnonymousAsync();
        var ended = await api.WaitForAsync(job, "succeeded");

        await api.ActivateAsync(ended.GetProperty("version").GetString()!);
        using var prediction = await api.PostTextAsync("/model/predict", Api.Patient(6.1));
        Assert.Equal(System.Net.HttpStatusCode.OK, prediction.StatusCode);
        Assert.Equal(1L, await services.AskAsync("SELECT count(*) FROM hangfire.server"));

        await worker.UntilReadyAsync();
        using (var live = await worker.GetAsync("/health/live"))
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, live.StatusCode);
        }

        foreach (var address in (string[])["/auth/login", "/model/predict", "/", "/openapi/v1.json", "/healthy"])
        {
            using var refused = await worker.PostTextAsync(address, "{}");
            await refused.ProblemAsync(404, "not_served_here");
        }
    }
}
