namespace ModelOps.Client;

/// <summary>How a training is waited for.</summary>
public sealed record WaitOptions
{
    /// <summary>
    /// Makes repeated requests for a training one training, 1 to 100 visible ASCII characters. A new one by default, which covers this
    /// call; a program that may be started again gives one of its own, and finds its training.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether cancelling the wait cancels the training, too. Otherwise, it goes on.</summary>
    public bool CancelsTraining { get; init; }

    /// <summary>How long the service may be unreachable or busy without a break before its last error is thrown.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);
}
