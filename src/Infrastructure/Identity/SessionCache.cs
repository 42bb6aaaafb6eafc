using System.Collections.Concurrent;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// The security stamps that requests are checked against, remembered for a short time. A change in this process
/// counts at once, one in another replica within <see cref="UserLimits.SessionCheckSeconds"/>. While the database is away, predictions
/// go on: what was last known then counts for <see cref="UserLimits.SessionGraceMinutes"/>, as nobody can be disabled meanwhile, either.
/// Thread-safe.
/// </summary>
internal sealed class SessionCache(TimeProvider time)
{
    /// <summary>Far more people than an installation has; beyond it everything is forgotten rather than kept for ever.</summary>
    private const int MaxEntries = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(UserLimits.SessionCheckSeconds);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(UserLimits.SessionGraceMinutes);

    /// <summary>How long a request waits for a database that may be away, where it could go on without.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How long an absent database isn't asked again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _changes;
    private long _awayUntilTicks;

    /// <param name="load">The stamp of an account that may sign in; null when it is gone or disabled.</param>
    /// <param name="isAway">Whether a failure of <paramref name="load"/> means that the database is away.</param>
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

        // What was read before a change must not be remembered after it.
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
