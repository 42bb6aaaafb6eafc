using System.Collections.Concurrent;
using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// Counts the wrong passwords that the database can't take at the moment (a full disk), so that guessing isn't free meanwhile. It locks a
/// counter as the database would. Each process counts for itself, until it ends. Thread-safe.
/// </summary>
internal sealed class UncountedGuesses(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (int Count, DateTimeOffset LockedUntil)> _guesses = new(StringComparer.Ordinal);

    /// <param name="counter">The key of the counter in the database.</param>
    /// <param name="counted">How many wrong passwords the database has counted.</param>
    public void Add(string counter, int counted)
    {
        var now = time.GetUtcNow();
        _guesses.AddOrUpdate(counter, _ => Next(0), (_, before) => Next(before.Count));

        (int, DateTimeOffset) Next(int before) => counted + before + 1 >= UserLimits.MaxWrongPasswords
            ? (0, now.AddMinutes(UserLimits.LockMinutes))
            : (before + 1, DateTimeOffset.MinValue);
    }

    public bool IsLocked(string counter) => _guesses.TryGetValue(counter, out var guesses) && guesses.LockedUntil > time.GetUtcNow();

    /// <summary>Call it after a right password.</summary>
    public void Forget(string counter) => _guesses.TryRemove(counter, out _);
}
