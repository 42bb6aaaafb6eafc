using ModelOps.Infrastructure.Tests.Training;

namespace ModelOps.Infrastructure.Tests.Startup;

/// <summary>A service that can't start says why in one sentence, and ends with an exit code that a supervisor sees.</summary>
[Collection(TorchCollection.Name)]
public sealed class RefusedStartTests
{
    [Fact]
    public async Task Start_OnADataDirectoryInUse_SaysSoAndEnds()
    {
        using var folder = new TempFolder();
        using (var first = ServiceProcess.Start(folder.Path))
        {
            await first.ReadyAsync();
            using var second = ServiceProcess.Start(folder.Path);

            Assert.Equal(1, await second.ExitAsync());
            Assert.StartsWith("Another ModelOps process uses this data directory.", second.Error, StringComparison.Ordinal);
            AssertPlain(second);

            // Killed, not shut down: the system lets go of the lock.
            first.Kill();
        }

        using var third = ServiceProcess.Start(folder.Path);
        await third.ReadyAsync();
    }

    [Fact]
    public async Task Start_InProductionWithAWeakPassword_SaysSoAndEnds()
    {
        using var folder = new TempFolder();
        using var service = ServiceProcess.Start(folder.Path, ("ASPNETCORE_ENVIRONMENT", "Production"), ("ModelOps__Admin__Password", "Password12345"));

        Assert.Equal(1, await service.ExitAsync());
        Assert.Contains("ModelOps__Admin__Password", service.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Password12345", service.Error + service.Output, StringComparison.Ordinal);
        AssertPlain(service);
    }

    private static void AssertPlain(ServiceProcess service)
    {
        Assert.DoesNotContain("   at ", service.Error + service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", service.Error + service.Output, StringComparison.Ordinal);
        Assert.Single(service.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
