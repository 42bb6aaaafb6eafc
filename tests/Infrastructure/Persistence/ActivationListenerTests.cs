using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Infrastructure.Persistence;
using ModelOps.Infrastructure.Tests.Serving;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Persistence;

public sealed class ActivationListenerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Listener_HearsOfActivations_AndLooksAgainAfterEachNewConnection()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var database = await cluster.CreateDatabaseAsync();
        using var world = new FollowerWorld();
        world.Gate.Open();
        using var listener = new ActivationListener(
            new InfrastructureSettings(database, "", 0), world.Follower, world.Gate, TimeProvider.System, NullLogger<ActivationListener>.Instance);
        await listener.StartAsync(default);

        // Connected: what happened before is looked for.
        Assert.True(await world.Follower.WaitForSignalAsync(Patience, default));
        Assert.False(await world.Follower.WaitForSignalAsync(TimeSpan.Zero, default));

        await NotifyAsync();
        Assert.True(await world.Follower.WaitForSignalAsync(Patience, default));

        await cluster.ExecuteAsync(
            $"SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE query = 'LISTEN {ActivationListener.Channel}'", database);
        Assert.True(await world.Follower.WaitForSignalAsync(Patience, default));

        await NotifyAsync();
        Assert.True(await world.Follower.WaitForSignalAsync(Patience, default));
        await listener.StopAsync(default);

        Task<object?> NotifyAsync() => cluster.ExecuteAsync($"NOTIFY {ActivationListener.Channel}", database);
    }
}
