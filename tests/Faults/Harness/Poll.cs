using System.Diagnostics;

namespace ModelOps.Faults.Tests.Harness;

internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Long, as it is only ever waited for in vain: what must be quick is measured and says so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Asks again and again.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null)
    {
        var since = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            Assert.True(since.Elapsed < (limit ?? Patience), $"Waited in vain for {what}.");
            await timer.WaitForNextTickAsync();
        }

        return since.Elapsed;
    }

    public static Task<TimeSpan> UntilAsync(Func<bool> condition, string what, TimeSpan? limit = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, limit);
}
