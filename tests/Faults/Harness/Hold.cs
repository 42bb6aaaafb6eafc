namespace ModelOps.Faults.Tests.Harness;

/// <summary>How long a fault lasts, and how fast clients ask.</summary>
internal static class Hold
{
    /// <summary>Lets a fault last.</summary>
    public static async Task ForAsync(TimeSpan duration)
    {
        using var timer = new PeriodicTimer(duration);
        await timer.WaitForNextTickAsync();
    }

    /// <summary>Does something again and again, until told to end.</summary>
    public static async Task EveryAsync(TimeSpan interval, Func<Task> work, CancellationToken end)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            do
            {
                await work();
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
    }
}
