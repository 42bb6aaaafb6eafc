using System.Buffers.Binary;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// External merge sort: sorts any number of rows into canonical order in bounded memory and counts the repetitions of each distinct row
/// (inputs, class and patient).
/// The sorter buffers rows in memory. It sorts a full buffer and writes it to a run. At the end it merges all runs.
/// </summary>
/// <param name="newRun">Creates an empty, seekable stream for a run. The sorter disposes the stream.</param>
/// <param name="rowsInMemory">Maximum number of rows in memory. A row takes 40 bytes.</param>
public sealed class RowsSorter(Func<Stream> newRun, int rowsInMemory = RowsSorter.DefaultRowsInMemory) : IDisposable
{
    public const int DefaultRowsInMemory = 1 << 18;
    private const int RunBytes = CanonicalRow.Bytes + sizeof(int) + sizeof(ulong);
    private const int RowsAtOnce = 4_096;

    private readonly List<Stream> _runs = [];
    private CanonicalKey[] _rows = new CanonicalKey[Math.Min(rowsInMemory, RowsAtOnce)];
    private int _filled;

    /// <summary>Whether the patient of some added row is known.</summary>
    public bool HasPatients { get; private set; }

    /// <summary>Adds a row of an unknown patient.</summary>
    public void Add(LabelledExample row) => Add(row, default);

    public void Add(LabelledExample row, PatientToken patient)
    {
        HasPatients |= patient.IsKnown;
        if (_filled == rowsInMemory)
        {
            WriteRun();
        }

        if (_filled == _rows.Length)
        {
            Array.Resize(ref _rows, (int)Math.Min(rowsInMemory, 2L * _rows.Length));
        }

        _rows[_filled++] = CanonicalKey.Of(row, patient);
    }

    /// <summary>Streams the distinct rows in canonical order. Call it once, after the last <see cref="Add"/>.</summary>
    /// <param name="key">The split key that gives each row its fold.</param>
    public IEnumerable<CountedRow> Sorted(SplitKey key) => WithFolds(SortedCounts(), key);

    /// <summary>Streams the keys of the distinct rows in canonical order. Call it once, after the last <see cref="Add"/>.</summary>
    internal IEnumerable<CanonicalKey> SortedKeys() => SortedCounts().Select(row => row.Key);

    /// <summary>Merges sorted sources into one sorted sequence of distinct rows. The counts of equal rows are added.</summary>
    /// <param name="sources">Each source has distinct rows in canonical order.</param>
    public static IEnumerable<CountedRow> Merge(params IReadOnlyList<IEnumerable<CountedRow>> sources) => Merge(
        sources, row => CanonicalKey.Of(row.Row, row.Patient), (row, same) => row with { Count = checked(row.Count + same.Count) });

    /// <summary>
    /// As <see cref="Merge(IReadOnlyList{IEnumerable{CountedRow}})"/>, and says for each row which sources have it: bit i for source i.
    /// </summary>
    public static IEnumerable<(CountedRow Row, int Sources)> MergeTelling(params IReadOnlyList<IEnumerable<CountedRow>> sources) => Merge(
        sources.Select((source, i) => source.Select(row => (Row: row, Sources: 1 << i))),
        row => CanonicalKey.Of(row.Row.Row, row.Row.Patient),
        (row, same) => (row.Row with { Count = checked(row.Row.Count + same.Row.Count) }, row.Sources | same.Sources));

    /// <summary>
    /// Gives a row of an unknown patient to a known patient whose row has the same inputs and class: the same row came once with and once
    /// without a reference, and must not count as two patients.
    /// </summary>
    /// <param name="rows">Distinct rows in canonical order.</param>
    public static IEnumerable<CountedRow> WithoutUnknownCopies(IEnumerable<CountedRow> rows)
    {
        CountedRow? pending = null;
        foreach (var row in rows)
        {
            if (pending is not { } before)
            {
                pending = row;
            }
            else if (!before.Patient.IsKnown && before.Row == row.Row)
            {
                pending = row with { Count = checked(row.Count + before.Count) };
            }
            else
            {
                yield return before;
                pending = row;
            }
        }

        if (pending is { } last)
        {
            yield return last;
        }
    }

    public void Dispose() => _runs.ForEach(run => run.Dispose());

    private IEnumerable<(CanonicalKey Key, int Count)> SortedCounts() => Merge(
        _runs.Select(ReadRun).Append(Counted()), row => row.Key, (row, same) => (row.Key, checked(row.Count + same.Count)));

    private static IEnumerable<T> Merge<T>(IEnumerable<IEnumerable<T>> sources, Func<T, CanonicalKey> keyOf, Func<T, T, T> add)
    {
        var heap = new PriorityQueue<IEnumerator<T>, CanonicalKey>();
        try
        {
            foreach (var source in sources)
            {
                var rows = source.GetEnumerator();
                if (rows.MoveNext())
                {
                    heap.Enqueue(rows, keyOf(rows.Current));
                }
            }

            (CanonicalKey Key, T Row)? pending = null;
            while (heap.TryPeek(out var first, out var key))
            {
                var row = first.Current;
                if (pending is { } same && same.Key == key)
                {
                    pending = (key, add(same.Row, row));
                }
                else
                {
                    if (pending is { } complete)
                    {
                        yield return complete.Row;
                    }

                    pending = (key, row);
                }

                if (first.MoveNext())
                {
                    heap.DequeueEnqueue(first, keyOf(first.Current));
                }
                else
                {
                    heap.Dequeue().Dispose();
                }
            }

            if (pending is { } last)
            {
                yield return last.Row;
            }
        }
        finally
        {
            foreach (var (source, _) in heap.UnorderedItems)
            {
                source.Dispose();
            }
        }
    }

    private static IEnumerable<CountedRow> WithFolds(IEnumerable<(CanonicalKey Key, int Count)> rows, SplitKey key)
    {
        var canonical = new byte[CanonicalRow.Bytes];
        using var hasher = key.ManyRows();
        foreach (var (row, count) in rows)
        {
            row.Write(canonical);
            var fold = row.Patient.IsKnown ? row.Patient.Fold : hasher.FoldOf(canonical);
            yield return new CountedRow(CanonicalRow.Read(canonical), count, fold, row.Patient);
        }
    }

    private void WriteRun()
    {
        var run = newRun();
        _runs.Add(run);
        var buffer = new byte[RowsAtOnce * RunBytes];
        var filled = 0;
        foreach (var (row, count) in Counted())
        {
            if (filled == buffer.Length)
            {
                run.Write(buffer);
                filled = 0;
            }

            row.Write(buffer.AsSpan(filled));
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(filled + CanonicalRow.Bytes), count);
            BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(filled + CanonicalRow.Bytes + sizeof(int)), row.Patient.Value);
            filled += RunBytes;
        }

        run.Write(buffer.AsSpan(0, filled));
        _filled = 0;
    }

    /// <summary>Sorts the rows in memory and returns each distinct row with its count.</summary>
    private IEnumerable<(CanonicalKey Key, int Count)> Counted()
    {
        Array.Sort(_rows, 0, _filled);
        for (int first = 0, next; first < _filled; first = next)
        {
            for (next = first + 1; next < _filled && _rows[next] == _rows[first]; next++)
            {
            }

            yield return (_rows[first], next - first);
        }
    }

    private static IEnumerable<(CanonicalKey Key, int Count)> ReadRun(Stream run)
    {
        run.Position = 0;
        var buffer = new byte[RowsAtOnce * RunBytes];
        for (int read; (read = run.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            for (var at = 0; at < read; at += RunBytes)
            {
                var patient = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at + CanonicalRow.Bytes + sizeof(int)));
                yield return (
                    CanonicalKey.Read(buffer.AsSpan(at), new PatientToken(patient)),
                    BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + CanonicalRow.Bytes)));
            }
        }
    }
}
