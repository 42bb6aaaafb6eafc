using System.Net;
using ModelOps.TestSupport;
using Npgsql;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>How processes come up on PostgreSQL: together, before their database, and without the right to alter it.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Start_OfFourProcessesAtOnceOnAnEmptyDatabase_BringsAllUpOnOneSchema()
    {
        await using var services = await PostgresServices.CreateAsync();
        string[] roles = ["Api", "Api", "Worker", "All"];
        var processes = roles.Select(role => services.Start(role)).ToList();

        foreach (var process in processes)
        {
            using var client = await process.AnonymousAsync();
            await client.UntilReadyAsync();
        }

        Assert.Equal(1L, await services.AskAsync("SELECT count(*) FROM installation"));
        Assert.Equal(1L, await services.AskAsync("""SELECT count(*) FROM "AspNetUsers" """));
        Assert.Equal(1L, await services.AskAsync("""SELECT count(*) FROM "DataProtectionKeys" """));
        Assert.Equal(1L, await services.AskAsync("""SELECT count(*) FROM "__EFMigrationsHistory" """));
        Assert.Equal(1L, await services.AskAsync("SELECT count(*) FROM hangfire.schema"));

        // One replica's token is every replica's.
        using var first = await processes[0].AdminAsync();
        using var second = await processes[1].AnonymousAsync();
        second.DefaultRequestHeaders.Authorization = first.DefaultRequestHeaders.Authorization;
        Assert.Equal("admin@localhost", (await second.JsonAsync("/auth/me")).GetProperty("email").GetString());
    }

    [Fact]
    public async Task Start_WhenItMayNotMigrate_NeedsTheCommandAndNoRightToAlterTheSchema()
    {
        await using var services = await PostgresServices.CreateAsync();
        var user = $"plain_{Guid.NewGuid():N}";
        await services.AskAsync($"CREATE ROLE {user} LOGIN PASSWORD 'plain'");
        var plain = new NpgsqlConnectionStringBuilder(services.ConnectionString) { Username = user, Password = "plain" }.ConnectionString;
        (string, string)[] settings = [("ConnectionStrings__ModelOps", plain), ("ModelOps__MigrateAtStart", "false")];

        var early = services.Start("All", settings);
        Assert.Equal(1, await early.EndAsync());
        Assert.Contains("Run the command migrate", Assert.Single(early.Errors), StringComparison.Ordinal);

        var command = services.Run(["migrate"]);
        Assert.Equal(0, await command.EndAsync());
        Assert.Contains("The database is prepared.", command.Output, StringComparison.Ordinal);
        Assert.Equal(0, await services.Run(["migrate"]).EndAsync());

        await services.AskAsync($"""
            GRANT USAGE ON SCHEMA public, hangfire TO {user};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, hangfire TO {user};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public, hangfire TO {user};
            """);
        using var admin = await services.Start("All", settings).AdminAsync();
        await admin.TrainAsync(await admin.SampleDatasetAsync());
    }

    [Theory]
    [InlineData("Database=nowhere", "doesn't exist")]
    [InlineData("Password=wrong", "refuses the user name or password")]
    public async Task Start_OnADatabaseThatWaitingCannotHeal_SaysSoAndEnds(string change, string sentence)
    {
        await using var services = await PostgresServices.CreateAsync();
        var service = services.Start("All", ("ConnectionStrings__ModelOps", $"{services.ConnectionString};{change}"));

        Assert.Equal(1, await service.EndAsync());
        Assert.Contains(sentence, Assert.Single(service.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhileTheDatabaseIsAway_ListensAndIsReadyWhenItIsBack()
    {
        PostgresCluster.Require();
        await using var cluster = await PostgresCluster.StartNewAsync();
        await using var services = await PostgresServices.CreateAsync(cluster);
        await cluster.StopAsync();

        var service = services.Start();
        using var client = await service.AnonymousAsync();

        Assert.Contains("The database can't be reached; ModelOps waits for it", service.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        var (status, body) = await client.ReadinessAsync();
        Assert.Equal(503, status);
        Assert.StartsWith("The database can't be reached", body.GetProperty("database").GetString(), StringComparison.Ordinal);
        using (var answer = await client.PostTextAsync("/model/predict", Api.Patient(6.1), ("Authorization", "Bearer anything")))
        {
            await answer.ProblemAsync(503, "starting");
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        await cluster.StartAsync();
        await client.UntilReadyAsync();
        using var admin = await service.AdminAsync();
        await admin.TrainAsync(await admin.SampleDatasetAsync());
    }
}
