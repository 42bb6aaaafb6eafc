using System.Diagnostics;
using ModelOps.Domain;

namespace ModelOps.Infrastructure.Training;

/// <summary>What one trainer process may take; the worker ends one that takes more.</summary>
/// <param name="Time">From its start.</param>
/// <param name="MemoryBytes">What it holds in memory.</param>
internal sealed record TrainerLimits(TimeSpan Time, long MemoryBytes)
{
    /// <summary>Short beside any limit, long enough that the memory taken in between is little.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    public static TrainerError OutOfMemory { get; } = new(
        "out_of_memory", Sentence.Of($"The training needs more memory than it may take. Train with a smaller hidden size or fewer rows."));

    private static TrainerError Timeout { get; } = new(
        "training_timeout",
        Sentence.Of($"The training took longer than it may. Train with fewer epochs, a smaller hidden size or fewer rows."));

    /// <summary>Kills a process that goes beyond a limit, and says which; null when it has ended before.</summary>
    public async Task<TrainerError?> WatchAsync(Process process, CancellationToken ended)
    {
        var since = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Glance);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                process.Refresh();
                if ((since.Elapsed > Time ? Timeout : process.WorkingSet64 > MemoryBytes ? OutOfMemory : null) is { } exceeded)
                {
                    process.Kill(entireProcessTree: true);
                    return exceeded;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            // It has ended.
        }

        return null;
    }
}
