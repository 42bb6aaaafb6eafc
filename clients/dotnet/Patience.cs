namespace ModelOps.Client;

/// <summary>Tries again while what goes wrong may pass, and gives up when nothing was answered for too long.</summary>
internal sealed class Patience(TimeProvider time, TimeSpan limit)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);

    private long? _failingSince;
    private TimeSpan _delay = FirstDelay;

    public void Answered()
    {
        _failingSince = null;
        _delay = FirstDelay;
    }

    /// <returns>Null when the try failed and its wait is over: as long as the answer says, otherwise twice as long as the last.</returns>
    public async Task<T?> TryAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
        where T : class
    {
        TimeSpan wait;
        try
        {
            var answer = await action().ConfigureAwait(false);
            Answered();
            return answer;
        }
        catch (Exception failed) when (IsTransient(failed, cancellationToken))
        {
            _failingSince ??= time.GetTimestamp();
            wait = (failed as ModelOpsException)?.RetryAfter ?? _delay;
            if (time.GetElapsedTime(_failingSince.Value) + wait > limit)
            {
                throw;
            }
        }

        _delay = _delay * 2 < LongestDelay ? _delay * 2 : LongestDelay;
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>A cancellation that nobody asked for is a time limit that ran out.</summary>
    public static bool IsTransient(Exception failed, CancellationToken cancellationToken) => failed switch
    {
        ModelOpsException refused => refused.IsTransient,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpRequestException or IOException => true,
        _ => false,
    };
}
