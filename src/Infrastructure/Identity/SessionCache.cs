using System.Collections.Concurrent;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// A short-lived cache of the security stamps that requests are checked against. A change made by this process takes effect immediately.
/// A change made by another replica takes effect within <see cref="UserLimits.SessionCheckSeconds"/>. While the database is unavailable,
/// cached stamps stay valid for <see cref="UserLimits.SessionGraceMinutes"/>, so that predictions continue. No account can be disabled
/// during that time. Thread-safe.
/// </summary>
internal sealed class SessionCache(TimeProvider time)
{
    /// <summary>More accounts than any installation has. When the cache is full, it is cleared.</summary>
    private const int MaxEntries = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(UserLimits.SessionCheckSeconds);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(UserLimits.SessionGraceMinutes);

    /// <summary>How long a request waits for the database before it uses a cached stamp.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How long the database is not queried again after it was found unavailable.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _changes;
    private long _awayUntilTicks;

    /// <param name="load">Loads the security stamp of the account; null when the account is deleted or disabled.</param>
    /// <param name="isAway">Whether an exception of <paramref name="load"/> means that the database is unavailable.</param>
    public async Task<string?> StampAsync(
        string userId, Func<CancellationToken, Task<string?>> load, Func<Exception, bool> isAway, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = _entries.TryGetValue(userId, out var entry) && now >= entry.ReadAt && now - entry.ReadAt < Grace ? entry : (Entry?)null;
        if (known is { } remembered && (now - remembered.ReadAt < Lifetime || now.UtcTicks < Interlocked.Read(ref _awayUntilTicks)))
        {
            return remembered.Stamp;
        }

        var before = Interlocked.Read(ref _changes);
        string? stamp;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (known is not null)
        {
            limit.CancelAfter(Patience);
        }

        try
        {
            stamp = await load(limit.Token);
        }
        catch (Exception exception) when (
            known is not null && !cancellationToken.IsCancellationRequested && (limit.IsCancellationRequested || isAway(exception)))
        {
            Interlocked.Exchange(ref _awayUntilTicks, (now + Pause).UtcTicks);
            return known.Value.Stamp;
        }

        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
        }

        // A stamp that was read before a change must not be cached after the change.
        if (Interlocked.Read(ref _changes) == before)
        {
            _entries[userId] = new Entry(stamp, now);
            if (Interlocked.Read(ref _changes) != before)
            {
                _entries.TryRemove(userId, out _);
            }
        }

        return stamp;
    }

    public void Forget(string userId)
    {
        Interlocked.Increment(ref _changes);
        _entries.TryRemove(userId, out _);
    }

    private readonly record struct Entry(string? Stamp, DateTimeOffset ReadAt);
}
