using System.Buffers.Binary;
using System.Collections;

namespace ModelOps.Domain.Data;

/// <summary>How many rows of a rows file occur elsewhere, too. Repetitions of a row are counted.</summary>
/// <param name="Rows">Rows that occur in the records, in a dataset or in both.</param>
/// <param name="Records">Rows that occur in the records.</param>
/// <param name="Datasets">Rows that occur in a dataset.</param>
public sealed record OverlapCounts(long Rows, long Records, long Datasets);

/// <summary>
/// Counts which rows of a rows file occur in other rows files or among records. The result is exact. The files are sorted, so each is read
/// once at most. Memory: two bits for each distinct row, a buffer for each file of a group, and the <see cref="RowFilter"/>.
/// </summary>
public sealed class RowsOverlap
{
    private const int RowsAtOnce = 4_096;

    private readonly Func<Stream> _open;
    private readonly int _rowBytes;
    private readonly BitArray _inRecords;
    private readonly BitArray _inDatasets;

    /// <param name="open">Opens the rows file anew; each stream is disposed after one pass.</param>
    public RowsOverlap(Func<Stream> open)
    {
        _open = open;
        using var source = open();
        var header = RowsFile.ReadHeader(source);
        var distinct = checked((int)header.Distinct);
        _rowBytes = RowsFile.RowBytesOf(header.HasPatients);
        (_inRecords, _inDatasets) = (new BitArray(distinct), new BitArray(distinct));
    }

    /// <summary>Marks the rows that occur in these rows files.</summary>
    /// <param name="others">Rows files, at most some dozens: each has a buffer.</param>
    public void AddDatasets(IReadOnlyList<Stream> others) => Mark([.. others.Select(other => new RowsCursor(other))], _inDatasets);

    /// <summary>Marks the rows that occur among these records.</summary>
    public void AddRecords(RowsSorter records)
    {
        using var keys = new KeySequence(records.SortedKeys());
        Mark([keys], _inRecords);
    }

    /// <summary>A filter that admits the rows of this file and few others. Only admitted records need sorting.</summary>
    public RowFilter Filter()
    {
        var filter = new RowFilter(_inRecords.Length);
        foreach (var (_, bytes) in Blocks())
        {
            var rows = Block(bytes);
            for (var i = 0; i < rows.Count; i++)
            {
                filter.Add(CanonicalKey.Read(rows[i]));
            }
        }

        return filter;
    }

    /// <summary>Counts the marked rows.</summary>
    public OverlapCounts Count()
    {
        var (known, records, datasets) = (0L, 0L, 0L);
        foreach (var (first, bytes) in Blocks())
        {
            for (var i = 0; i < Block(bytes).Count; i++)
            {
                var (inRecords, inDatasets) = (_inRecords[first + i], _inDatasets[first + i]);
                if (inRecords || inDatasets)
                {
                    var count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan((i * _rowBytes) + CanonicalRow.Bytes));
                    known += count;
                    records += inRecords ? count : 0;
                    datasets += inDatasets ? count : 0;
                }
            }
        }

        return new OverlapCounts(known, records, datasets);
    }

    private RowsBlock Block(ArraySegment<byte> bytes) => new(bytes, _rowBytes);

    private void Mark(ISortedKeys[] others, BitArray marks)
    {
        foreach (var (first, bytes) in Blocks())
        {
            var rows = Block(bytes);
            foreach (var other in others)
            {
                Mark(other, rows, first, marks);
            }
        }
    }

    /// <summary>Both are sorted, so each moves on to the next row that can equal one of the other.</summary>
    private static void Mark(ISortedKeys other, RowsBlock rows, int first, BitArray marks)
    {
        for (var i = 0; i < rows.Count && other.SeekTo(rows[i]);)
        {
            if (other.Current.SequenceEqual(rows[i]))
            {
                marks[first + i] = true;
                i++;
            }
            else
            {
                i = rows.FirstAtLeast(i + 1, other.Current);
            }
        }
    }

    /// <summary>The rows in pieces, each with the number of its first row. The bytes are only valid until the next piece.</summary>
    private IEnumerable<(int First, ArraySegment<byte> Bytes)> Blocks()
    {
        using var source = _open();
        RowsFile.ReadHeader(source);
        var buffer = new byte[RowsAtOnce * _rowBytes];
        for (var first = 0; first < _inRecords.Length; first += RowsAtOnce)
        {
            var bytes = new ArraySegment<byte>(buffer, 0, Math.Min(RowsAtOnce, _inRecords.Length - first) * _rowBytes);
            source.ReadExactly(bytes);
            yield return (first, bytes);
        }
    }
}
