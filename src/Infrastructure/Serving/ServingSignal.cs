namespace ModelOps.Infrastructure.Serving;

/// <summary>Says that the active pointer may have moved. Raised twice before anybody looks, it counts once. One waits at a time.</summary>
internal sealed class ServingSignal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0, 1);

    public void Raise()
    {
        try
        {
            _raised.Release();
        }
        catch (SemaphoreFullException)
        {
            // It stands already.
        }
    }

    /// <summary>Until it is raised; false when the time is over before.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _raised.WaitAsync(atMost, cancellationToken);

    public void Dispose() => _raised.Dispose();
}
