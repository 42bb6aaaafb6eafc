namespace ModelOps.Client;

/// <summary>Retries transient failures, and gives up when no request has succeeded for longer than the limit.</summary>
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

    /// <returns>
    /// Null after a transient failure and the delay that follows it: the answer's Retry-After, otherwise twice the last delay.
    /// </returns>
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

    /// <summary>A cancellation that the caller didn't ask for is a timeout of the connection.</summary>
    public static bool IsTransient(Exception failed, CancellationToken cancellationToken) => failed switch
    {
        ModelOpsException refused => refused.IsTransient,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpRequestException or IOException => true,
        _ => false,
    };
}
