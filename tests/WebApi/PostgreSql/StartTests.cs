using Npgsql;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>How a process comes up on PostgreSQL when it may not alter the schema, and when waiting can't heal what is wrong.</summary>
public sealed class StartTests
{
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
}
