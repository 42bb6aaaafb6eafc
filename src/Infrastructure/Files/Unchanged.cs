namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Remembers since when things look as they do, by this process's own running clock: the clocks of other machines, and of the file
/// server that stamps the files, may be hours away. Thread-safe.
/// </summary>
internal sealed class Unchanged(TimeProvider time)
{
    private readonly Lock _one = new();
    private Dictionary<string, (string State, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>Of what is present, what was seen in the same state for so long. What is absent is forgotten.</summary>
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
