using Microsoft.Extensions.Hosting;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// Returns unused heap memory to the operating system when the service becomes idle after large work, such as an upload. The runtime
/// keeps the memory for later allocations, and without allocations no collection would release it.
/// </summary>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>The service is idle when it allocates less than this many bytes during an interval. Health checks and metrics do.</summary>
    public const long IdleBytes = 4 << 20;

    /// <summary>How many bytes must have been allocated since the last release to make another one worth its pause.</summary>
    public const long WorthwhileBytes = 64 << 20;

    private long _released;
    private long _previous;

    /// <summary>Whether to release memory now. Call it once for each interval.</summary>
    /// <param name="allocated">All bytes that the process has allocated so far.</param>
    public bool ShouldRelease(long allocated)
    {
        var idle = allocated - _previous < IdleBytes;
        _previous = allocated;
        if (!idle || allocated - _released < WorthwhileBytes)
        {
            return false;
        }

        _released = allocated;
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (ShouldRelease(GC.GetTotalAllocatedBytes()))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }
}
