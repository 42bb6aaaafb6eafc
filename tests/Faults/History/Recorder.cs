using System.Collections.Concurrent;

namespace ModelOps.Faults.Tests.History;

/// <summary>What clients and nemesis did, in the order in which it ended. Append-only; many threads may write.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentQueue<Entry> _entries = [];
    private readonly ConcurrentQueue<Disturbed> _disturbances = [];

    public IReadOnlyCollection<Entry> Entries => _entries;

    public IReadOnlyCollection<Disturbed> Disturbances => _disturbances;

    public void Add(Entry entry) => _entries.Enqueue(entry);

    /// <summary>A new history for the same installation: it still knows which versions are rightly gone, or may be.</summary>
    public Recorder Renewed()
    {
        var next = new Recorder();
        foreach (var deletion in _entries.Where(e => e.Question.Operation == Operation.DeleteVersion && (e.Succeeded || e.IsUnknown)))
        {
            next.Add(deletion);
        }

        return next;
    }

    public void Add(Disturbed disturbance) => _disturbances.Enqueue(disturbance);

    /// <summary>Records a disturbance for as long as it lasts.</summary>
    public async Task DuringAsync(Disturbance kind, string target, Func<Task> disturb)
    {
        var from = DateTime.UtcNow;
        try
        {
            await disturb();
        }
        finally
        {
            Add(new Disturbed(kind, target, from, DateTime.UtcNow));
        }
    }
}
