using System.Collections.Concurrent;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// The security stamps that requests are checked against, remembered for a short time. A change in this process
/// counts at once, one in another replica within <see cref="UserLimits.SessionCheckSeconds"/>. Thread-safe.
/// </summary>
internal sealed class SessionCache(TimeProvider time)
{
    /// <summary>Far more people than an installation has; beyond it everything is forgotten rather than kept for ever.</summary>
    private const int MaxEntries = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(UserLimits.SessionCheckSeconds);

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private long changes;

    /// <param name="load">The stamp of an account that may sign in; null when it is gone or disabled.</param>
    public async Task<string?> StampAsync(string userId, Func<Task<string?>> load)
    {
        var now = time.GetUtcNow();
        if (entries.TryGetValue(userId, out var known) && now - known.ReadAt < Lifetime && now >= known.ReadAt)
        {
            return known.Stamp;
        }

        var before = Interlocked.Read(ref changes);
        var stamp = await load();
        if (entries.Count >= MaxEntries)
        {
            entries.Clear();
        }

        // What was read before a change must not be remembered after it.
        if (Interlocked.Read(ref changes) == before)
        {
            entries[userId] = new Entry(stamp, now);
            if (Interlocked.Read(ref changes) != before)
            {
                entries.TryRemove(userId, out _);
            }
        }

        return stamp;
    }

    public void Forget(string userId)
    {
        Interlocked.Increment(ref changes);
        entries.TryRemove(userId, out _);
    }

    private readonly record struct Entry(string? Stamp, DateTimeOffset ReadAt);
}
