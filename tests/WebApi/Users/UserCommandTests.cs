using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Users;

/// <summary>The operator's commands, beside a running service.</summary>
public sealed partial class UserCommandTests
{
    [Theory]
    [InlineData(Provider.Sqlite)]
    [InlineData(Provider.PostgreSql)]
    public async Task UserCommands_BesideARunningService_UnlockAndReset(Provider provider)
    {
        var (settings, data) = await SettingsAsync(provider);
        try
        {
            await using var service = ServiceProcess.Start(settings);
            using var admin = await service.AdminAsync();
            using var guesser = await service.AnonymousAsync();
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(guesser, "a wrong one"));
            }

            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(guesser, ServiceProcess.AdminPassword));
            Assert.Equal(0, await RunAsync(settings, "unlock", ServiceProcess.AdminEmail));
            Assert.Equal(HttpStatusCode.OK, await LoginAsync(guesser, ServiceProcess.AdminPassword));

            await using var reset = ServiceProcess.Run(["user", "reset", ServiceProcess.AdminEmail], settings);
            Assert.Equal(0, await reset.EndAsync());
            var password = Password().Match(reset.Output).Groups[1].Value;
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(guesser, ServiceProcess.AdminPassword));
            Assert.Equal(HttpStatusCode.OK, await LoginAsync(guesser, password));

            // The running service knows a session for a short while.
            await Api.UntilAsync(
                async () => (await admin.GetAsync("/auth/me")).StatusCode == HttpStatusCode.Unauthorized, "the end of the session");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task UserCommand_WithAnUnknownEmailOrVerb_SaysSoAndFails()
    {
        var (settings, data) = await SettingsAsync(Provider.Sqlite);
        try
        {
            await using (var none = ServiceProcess.Run(["user", "reset", "nobody@example.org"], settings))
            {
                Assert.Equal(1, await none.EndAsync());
                Assert.Contains("isn't prepared", Assert.Single(none.Errors), StringComparison.Ordinal);
            }

            await using (var prepared = ServiceProcess.Run(["migrate"], settings))
            {
                Assert.Equal(0, await prepared.EndAsync());
            }

            await using var unknown = ServiceProcess.Run(["user", "reset", "nobody@example.org"], settings);
            Assert.Equal(1, await unknown.EndAsync());
            Assert.Equal("There is no user with the e-mail nobody@example.org.", Assert.Single(unknown.Errors));
            await using var verb = ServiceProcess.Run(["user", "promote", "nobody@example.org"], settings);
            Assert.Equal(1, await verb.EndAsync());
            Assert.Contains("user reset EMAIL", Assert.Single(verb.Errors), StringComparison.Ordinal);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<((string Key, string Value)[] Settings, DirectoryInfo Data)> SettingsAsync(Provider provider)
    {
        var connection = "";
        if (provider == Provider.PostgreSql)
        {
            PostgresCluster.Require();
            connection = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        }

        var data = Directory.CreateTempSubdirectory("modelops-user-command-");
        return (
            [
                ("ModelOps__DataDirectory", data.FullName), ("ConnectionStrings__ModelOps", connection),
                ("ModelOps__Timing__SessionCheckSeconds", "1"), ("ModelOps__RateLimits__LoginsPerMinute", "1000"),
            ],
            data);
    }

    private static async Task<int> RunAsync((string Key, string Value)[] settings, string verb, string email)
    {
        await using var command = ServiceProcess.Run(["user", verb, email], settings);
        return await command.EndAsync();
    }

    private static async Task<HttpStatusCode> LoginAsync(HttpClient client, string password)
    {
        using var response = await client.PostAsJsonAsync("/auth/login", new { email = ServiceProcess.AdminEmail, password });
        return response.StatusCode;
    }

    [GeneratedRegex(@"One-time password of \S+: (\S+)")]
    private static partial Regex Password();
}
