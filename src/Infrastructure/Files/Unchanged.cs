namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Tracks for how long the state of named entries has not changed. Time is measured with this process's monotonic clock, because the
/// clocks of other machines, and of the file server that sets file times, may differ by hours. Thread-safe.
/// </summary>
internal sealed class Unchanged(TimeProvider time)
{
    private readonly Lock _one = new();
    private Dictionary<string, (string State, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>
    /// The names of the entries whose state has not changed for at least the given time. Entries that are no longer present are forgotten.
    /// </summary>
    public IReadOnlyList<string> For(TimeSpan atLeast, IEnumerable<(string Name, string State)> present)
    {
        lock (_one)
        {
            var now = time.GetTimestamp();
            _seen = present.ToDictionary(
                item => item.Name,
                item => (item.State, _seen.TryGetValue(item.Name, out var seen) && seen.State == item.State ? seen.Since : now),
                StringComparer.Ordinal);
            return [.. _seen.Where(item => time.GetElapsedTime(item.Value.Since, now) >= atLeast).Select(item => item.Key)];
        }
    }
}
