using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Startup;

/// <summary>A service that can't start says why in one sentence, and ends with an exit code that a supervisor sees.</summary>
[Collection(TorchCollection.Name)]
public sealed class RefusedStartTests
{
    [Fact]
    public async Task Start_OnADataDirectoryInUse_SaysSoAndEnds()
    {
        using var folder = new TempFolder();
        await using (var first = Start(folder))
        {
            await first.ListeningAsync();
            await using var second = Start(folder);

            Assert.Equal(1, await second.EndAsync());
            AssertPlain(second, "Another ModelOps process uses this data directory.");

            // Killed, not shut down: the system lets go of the lock.
            await first.KillAsync();
        }

        await using var third = Start(folder);
        await third.ListeningAsync();
    }

    [Fact]
    public async Task Start_InProductionWithAWeakPassword_SaysSoAndEnds()
    {
        using var folder = new TempFolder();
        await using var service = Start(folder, ("ASPNETCORE_ENVIRONMENT", "Production"), ("ModelOps__Admin__Password", "Password12345"));

        Assert.Equal(1, await service.EndAsync());
        AssertPlain(service, "The first administrator's password (ModelOps__Admin__Password)");
        Assert.DoesNotContain("Password12345", service.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ModelOps__Role", "Trainer", "ModelOps__Role must be All, Api or Worker.")]
    [InlineData("ModelOps__Role", "1", "ModelOps__Role must be All, Api or Worker.")]
    [InlineData("ModelOps__Role", "worker", "ModelOps__Role is Worker, but the embedded database belongs to one process that does everything.")]
    [InlineData("ModelOps__Role", "Api", "ModelOps__Role is Api, but the embedded database belongs to one process that does everything.")]
    [InlineData("ModelOps__MigrateAtStart", "perhaps", "ModelOps__MigrateAtStart must be true or false.")]
    [InlineData("ModelOps__MaxUploadBytes", "0", "ModelOps__MaxUploadBytes must be a whole number from 1 to 9223372036854775807.")]
    [InlineData("ModelOps__Trainer__MaxMinutes", "NaN", "ModelOps__Trainer__MaxMinutes must be a number greater than 0.")]
    [InlineData("ModelOps__Predictions__KeepDays", "1.5", "ModelOps__Predictions__KeepDays must be a whole number from 1 to 36500.")]
    [InlineData("ModelOps__Retention__JobHistoryDays", "-1", "ModelOps__Retention__JobHistoryDays must be a whole number from 0 to 36500.")]
    [InlineData("ModelOps__RateLimits__LoginsPerMinute", "none", "ModelOps__RateLimits__LoginsPerMinute must be a whole number from 1 to 2147483647.")]
    [InlineData("ModelOps__Metrics__Network", "10.1.0.0/33", "ModelOps__Metrics__Network must be a network such as 10.1.0.0/16.")]
    [InlineData("ModelOps__Proxy__Network", "here", "ModelOps__Proxy__Network must be a network such as 10.1.0.0/16.")]
    [InlineData("ModelOps__PathBase", "modelops", "ModelOps__PathBase must be a path such as /modelops.")]
    [InlineData("ModelOps__PathBase", "/a/../b", "ModelOps__PathBase must be a path such as /modelops.")]
    [InlineData("ModelOps__Connections__Max", "0", "ModelOps__Connections__Max must be a whole number from 1 to 1000000.")]
    [InlineData("ModelOps__Uploads__MinBytesPerSecond", "fast", "ModelOps__Uploads__MinBytesPerSecond must be a whole number from 1 to 2147483647.")]
    [InlineData("ModelOps__Hsts__Days", "-1", "ModelOps__Hsts__Days must be a whole number from 0 to 3650.")]
    [InlineData("ModelOps__WebSockets__Origins", "portal.example.org", "ModelOps__WebSockets__Origins must be a list of origins such as https://portal.example.org.")]
    [InlineData("ModelOps__WebSockets__Origins", "https://portal.example.org/path", "ModelOps__WebSockets__Origins must be a list of origins such as https://portal.example.org.")]
    [InlineData("ModelOps__Cors__Origins", "*", "ModelOps__Cors__Origins must be a list of origins such as https://portal.example.org.")]
    [InlineData("ModelOps__Idempotency__KeepHours", "0", "ModelOps__Idempotency__KeepHours must be a whole number from 1 to 8760.")]
    [InlineData("ModelOps__Oidc__Only", "true", "ModelOps__Oidc__Authority is missing.")]
    [InlineData("ModelOps__Oidc__Authority", "http://login.hospital.example", "ModelOps__Oidc__Authority must be the provider's https address")]
    [InlineData("ModelOps__Oidc__Authority", "https://login.hospital.example", "ModelOps__Oidc__ClientId is missing.")]
    [InlineData("ConnectionStrings__ModelOps", "Host=db;Passwort=geheim", "ConnectionStrings__ModelOps is not a PostgreSQL connection string")]
    public async Task Start_WithASettingThatCannotBe_SaysSoAndEnds(string key, string value, string sentence)
    {
        using var folder = new TempFolder();
        await using var service = Start(folder, (key, value));

        Assert.Equal(1, await service.EndAsync());
        AssertPlain(service, sentence);
        Assert.DoesNotContain("geheim", service.Output, StringComparison.Ordinal);
    }

    private static ServiceProcess Start(TempFolder folder, params (string Key, string Value)[] settings) =>
        ServiceProcess.Start([("ModelOps__DataDirectory", folder.Path), .. settings]);

    private static void AssertPlain(ServiceProcess service, string sentence)
    {
        Assert.DoesNotContain("   at ", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", service.Output, StringComparison.Ordinal);
        Assert.StartsWith(sentence, Assert.Single(service.Errors), StringComparison.Ordinal);
    }
}
