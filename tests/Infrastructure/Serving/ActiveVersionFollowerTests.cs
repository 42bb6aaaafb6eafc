using Microsoft.Data.Sqlite;

namespace ModelOps.Infrastructure.Tests.Serving;

public sealed class ActiveVersionFollowerTests : IDisposable
{
    private readonly FollowerWorld _world = new();

    [Fact]
    public async Task FollowAsync_WhenNoVersionIsActive_ServesNoneWithoutAProblem()
    {
        await _world.CreateDatabaseAsync();

        await _world.Follower.FollowAsync(default);

        Assert.Equal((null, null), (_world.Serving.Current?.Version, _world.Serving.Problem));
    }

    [Fact]
    public async Task FollowAsync_AfterAnActivation_ServesTheVersionAndWritesThePointerFile()
    {
        await _world.CreateDatabaseAsync();
        var name = await _world.ActivateNewVersionAsync();

        await _world.Follower.FollowAsync(default);

        Assert.Equal((name, 1), (_world.Serving.Current?.Version, _world.Serving.ActivationNumber));
        Assert.Contains(name, await File.ReadAllTextAsync(Path.Combine(_world.Directory.Root, "active_model.json")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task FollowAsync_WhenTheNewVersionIsDamaged_KeepsTheOldOneAndReportsUntilItIsRepaired()
    {
        await _world.CreateDatabaseAsync();
        var old = await _world.ActivateNewVersionAsync();
        await _world.Follower.FollowAsync(default);
        var damaged = await _world.ActivateNewVersionAsync();
        var file = Path.Combine(_world.Directory.Versions, damaged, "scaler.json");
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [1]);

        await _world.Follower.FollowAsync(default);
        Assert.Equal((old, 1), (_world.Serving.Current?.Version, _world.Serving.ActivationNumber));
        Assert.Contains(damaged, _world.Serving.Problem, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, whole);
        await _world.Follower.FollowAsync(default);
        Assert.Equal((damaged, 2, null), (_world.Serving.Current?.Version, _world.Serving.ActivationNumber, _world.Serving.Problem));
    }

    [Fact]
    public async Task FollowAsync_WhenThePointerCantBeRead_Throws() =>
        await Assert.ThrowsAsync<SqliteException>(() => _world.Follower.FollowAsync(default));

    [Fact]
    public async Task Signal_Repeated_CoalescesIntoOne()
    {
        _world.Follower.Signal();
        _world.Follower.Signal();

        Assert.True(await _world.Follower.WaitForSignalAsync(TimeSpan.Zero, default));
        Assert.False(await _world.Follower.WaitForSignalAsync(TimeSpan.Zero, default));
    }

    public void Dispose() => _world.Dispose();
}
