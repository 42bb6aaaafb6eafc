using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// A short-lived cache of what requests are checked against: the standing of sessions, or of personal access tokens. A change made by
/// this process takes effect immediately. A change made by another process takes effect within <see cref="SessionTiming.Check"/>. While
/// the database is unavailable, cached standings stay valid for <see cref="UserLimits.SessionGraceMinutes"/>, so that predictions
/// continue. No account can be disabled during that time. Thread-safe.
/// </summary>
/// <param name="userOf">The account that a standing belongs to.</param>
internal class StandingCache<TKey, TStanding>(TimeProvider time, SessionTiming timing, Func<TStanding, string> userOf)
    where TKey : notnull
    where TStanding : class
{
    /// <summary>More sessions than any installation has at a time. When the cache is full, it is cleared.</summary>
    private const int MaxEntries = 10_000;

    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(UserLimits.SessionGraceMinutes);

    /// <summary>How long a request waits for the database before it uses a cached standing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How long the database is not queried again after it was found unavailable.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private long _changes;
    private long _awayUntilTicks;

    /// <summary>A cached standing that needs no look into the database.</summary>
    public bool TryFind(TKey key, [NotNullWhen(true)] out TStanding? standing)
    {
        standing = Known(key, time.GetUtcNow()) is { Known: { } entry, Fresh: true } ? entry.Standing : null;
        return standing is not null;
    }

    /// <summary>Returns null if the session or token isn't valid. That answer isn't cached.</summary>
    /// <param name="load">Loads the standing; null when the session or token isn't valid.</param>
    /// <param name="isAway">Whether an exception of <paramref name="load"/> means that the database is unavailable.</param>
    public async Task<TStanding?> FindAsync(
        TKey key, Func<CancellationToken, Task<TStanding?>> load, Func<Exception, bool> isAway, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (known, fresh) = Known(key, now);
        if (known is not null && fresh)
        {
            return known.Standing;
        }

        var before = Interlocked.Read(ref _changes);
        TStanding? standing;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (known is not null)
        {
            limit.CancelAfter(Patience);
        }

        try
        {
            standing = await load(limit.Token);
        }
        catch (Exception exception) when (
            known is not null && !cancellationToken.IsCancellationRequested && (limit.IsCancellationRequested || isAway(exception)))
        {
            Interlocked.Exchange(ref _awayUntilTicks, (now + Pause).UtcTicks);
            return known.Standing;
        }

        if (standing is null)
        {
            _entries.TryRemove(key, out _);
            return null;
        }

        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
        }

        // A standing that was read before a change must not be cached after the change.
        if (Interlocked.Read(ref _changes) == before)
        {
            _entries[key] = new Entry(standing, now);
            if (Interlocked.Read(ref _changes) != before)
            {
                _entries.TryRemove(key, out _);
            }
        }

        return standing;
    }

    public void Forget(TKey key)
    {
        Interlocked.Increment(ref _changes);
        _entries.TryRemove(key, out _);
    }

    public void ForgetAllOf(string userId)
    {
        Interlocked.Increment(ref _changes);
        foreach (var (key, entry) in _entries)
        {
            if (userOf(entry.Standing) == userId)
            {
                _entries.TryRemove(key, out _);
            }
        }
    }

    /// <summary>The usable entry, and whether it may be used without asking the database.</summary>
    private (Entry? Known, bool Fresh) Known(TKey key, DateTimeOffset now) =>
        _entries.TryGetValue(key, out var entry) && now >= entry.ReadAt && now - entry.ReadAt < Grace
            ? (entry, now - entry.ReadAt < timing.Check || now.UtcTicks < Interlocked.Read(ref _awayUntilTicks))
            : (null, false);

    private sealed record Entry(TStanding Standing, DateTimeOffset ReadAt);
}

/// <summary>The standing of sessions by their id.</summary>
internal sealed class SessionCache(TimeProvider time, SessionTiming timing)
    : StandingCache<Guid, SessionStanding>(time, timing, standing => standing.UserId);

/// <summary>The standing of personal access tokens by their hash.</summary>
internal sealed class TokenCache(TimeProvider time, SessionTiming timing)
    : StandingCache<string, TokenStanding>(time, timing, standing => standing.UserId);
