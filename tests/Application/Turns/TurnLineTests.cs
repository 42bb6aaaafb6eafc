using ModelOps.Application.Turns;
using ModelOps.Domain;

namespace ModelOps.Application.Tests.Turns;

public sealed class TurnLineTests
{
    [Fact]
    public async Task StartAsync_WhenTheTurnsAreTaken_WaitsForOneToEnd()
    {
        var line = new TurnLine(running: 2, runningPerUser: 2, placesPerUser: 4, places: 10);
        var (first, second, third) = (line.Take("ann"), line.Take("ann"), line.Take("bob"));
        Assert.True(first.StartAsync(default).IsCompleted);
        Assert.True(second.StartAsync(default).IsCompleted);

        var turn = third.StartAsync(default);
        Assert.False(turn.IsCompleted);
        second.Dispose();

        await turn;
    }

    [Fact]
    public void Take_WhenAUserHasAllPlaces_RefusesOnlyThatUser()
    {
        var line = new TurnLine(running: 1, runningPerUser: 1, placesPerUser: 2, places: 10);
        var first = line.Take("ann");
        line.Take("ann");

        var refused = Assert.Throws<RefusalException>(() => line.Take("ann"));
        Assert.Equal((RefusalKind.TooBusy, "too_busy"), (refused.Kind, refused.Code));
        Assert.NotNull(line.Take("bob"));

        first.Dispose();
        Assert.NotNull(line.Take("ann"));
    }

    [Fact]
    public void Take_WhenAllPlacesAreTaken_RefusesEverybody()
    {
        var line = new TurnLine(running: 1, runningPerUser: 1, placesPerUser: 2, places: 3);
        line.Take("ann");
        line.Take("ann");
        line.Take("bob");

        Assert.Throws<RefusalException>(() => line.Take("eve"));
    }

    [Fact]
    public async Task StartAsync_WhenOneUserSentMany_ServesTheUsersInTurn()
    {
        var line = new TurnLine(running: 1, runningPerUser: 1, placesPerUser: 10, places: 100);
        var order = new List<string>();
        var blocking = line.Take("zoe");
        await blocking.StartAsync(default);
        var all = new[] { "ann", "ann", "ann", "bob", "bob", "eve" }.Select(RunAsync).ToArray();

        blocking.Dispose();
        await Task.WhenAll(all);

        Assert.Equal(["ann", "bob", "eve", "ann", "bob", "ann"], order);

        async Task RunAsync(string user)
        {
            using var place = line.Take(user);
            await place.StartAsync(default);
            order.Add(user);
        }
    }

    [Fact]
    public async Task StartAsync_WhenAUserMayRunOneAtATime_LetsOthersPass()
    {
        var line = new TurnLine(running: 2, runningPerUser: 1, placesPerUser: 10, places: 100);
        var (first, second, other) = (line.Take("ann"), line.Take("ann"), line.Take("bob"));
        await first.StartAsync(default);
        var waits = second.StartAsync(default);
        await other.StartAsync(default);
        Assert.False(waits.IsCompleted);

        other.Dispose();
        Assert.False(waits.IsCompleted);
        first.Dispose();

        await waits;
    }

    [Fact]
    public async Task Dispose_WhenTheWaiterGaveUp_PassesTheTurnToTheNext()
    {
        var line = new TurnLine(running: 1, runningPerUser: 1, placesPerUser: 10, places: 100);
        using var end = new CancellationTokenSource();
        var (running, gone, next) = (line.Take("ann"), line.Take("bob"), line.Take("eve"));
        await running.StartAsync(default);
        var waiting = gone.StartAsync(end.Token);
        var turn = next.StartAsync(default);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gone.Dispose();
        gone.Dispose();
        running.Dispose();

        await turn;
        Assert.True(line.Take("bob").StartAsync(default) is { IsCompleted: false });
    }

    [Fact]
    public async Task StartAsync_UnderLoad_NeverRunsMoreThanItMayAndServesAll()
    {
        const int running = 3;
        var line = new TurnLine(running, runningPerUser: 2, placesPerUser: 1_000, places: 10_000);
        var (now, most, served) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            using var place = line.Take($"user {i % 7}");
            await place.StartAsync(default);
            var at = Interlocked.Increment(ref now);
            InterlockedMax(ref most, at);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            Interlocked.Increment(ref served);
        })));

        Assert.Equal(400, served);
        Assert.InRange(most, 1, running);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; seen < value;)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
