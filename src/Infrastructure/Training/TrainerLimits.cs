using System.Diagnostics;
using ModelOps.Domain;

namespace ModelOps.Infrastructure.Training;

/// <summary>The resource limits of one trainer process. The worker kills a process that exceeds a limit.</summary>
/// <param name="Time">The longest running time, measured from the start of the process.</param>
/// <param name="MemoryBytes">The largest resident memory, in bytes.</param>
internal sealed record TrainerLimits(TimeSpan Time, long MemoryBytes)
{
    /// <summary>The sampling interval. It is short, so that a process can't take much more memory between two samples.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    public static TrainerError OutOfMemory { get; } = new(
        "out_of_memory", Sentence.Of($"The training needs more memory than it may take. Train with a smaller hidden size or fewer rows."));

    private static TrainerError Timeout { get; } = new(
        "training_timeout",
        Sentence.Of($"The training took longer than it may. Train with fewer epochs, a smaller hidden size or fewer rows."));

    /// <summary>Kills the process when it exceeds a limit, and returns which limit; null when the process ended by itself.</summary>
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
            // The process has ended.
        }

        return null;
    }
}
