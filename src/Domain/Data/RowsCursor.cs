namespace ModelOps.Domain.Data;

/// <summary>
/// Moves forward through a rows file, and skips what lies below a wanted row without reading it: a few rows are found in a large file at
/// the cost of some short reads each, and many rows at the cost of reading the file once.
/// </summary>
internal sealed class RowsCursor : ISortedKeys
{
    private readonly Stream _source;
    private readonly long _rows;
    private readonly int _rowBytes;
    private readonly int _atOnce;
    private readonly byte[] _buffer;
    private readonly byte[] _probe = new byte[CanonicalRow.Bytes];
    private long _first;
    private int _filled;
    private int _at;

    /// <param name="source">A rows file; the cursor moves its position.</param>
    /// <param name="rowsAtOnce">Rows in memory.</param>
    public RowsCursor(Stream source, int rowsAtOnce = 1_024)
    {
        _source = source;
        source.Position = 0;
        var header = RowsFile.ReadHeader(source);
        _rows = header.Distinct;
        _rowBytes = RowsFile.RowBytesOf(header.HasPatients);
        _atOnce = rowsAtOnce;
        _buffer = new byte[rowsAtOnce * _rowBytes];
        Load(0);
    }

    public ReadOnlySpan<byte> Current => Block[_at];

    private RowsBlock Block => new(_buffer.AsSpan(0, _filled * _rowBytes), _rowBytes);

    public bool SeekTo(ReadOnlySpan<byte> key)
    {
        while (_filled > 0)
        {
            if (Block[_filled - 1].SequenceCompareTo(key) >= 0)
            {
                _at = Block.FirstAtLeast(_at, key);
                return true;
            }

            Load(FirstToRead(key));
        }

        return false;
    }

    /// <summary>The row from which to read on: behind the rows in memory, and not behind the first row that isn't below the key.</summary>
    private long FirstToRead(ReadOnlySpan<byte> key)
    {
        var from = _first + _filled;
        long step = _atOnce;
        for (; IsBelow(from + step, key); step *= 2)
        {
            from += step;
        }

        while (step > _atOnce)
        {
            step /= 2;
            from = IsBelow(from + step, key) ? from + step : from;
        }

        return from;
    }

    private bool IsBelow(long row, ReadOnlySpan<byte> key)
    {
        if (row >= _rows)
        {
            return false;
        }

        MoveTo(row);
        _source.ReadExactly(_probe);
        return _probe.AsSpan().SequenceCompareTo(key) < 0;
    }

    private void Load(long row)
    {
        MoveTo(row);
        (_first, _filled, _at) = (row, (int)Math.Min(_atOnce, _rows - row), 0);
        _source.ReadExactly(_buffer, 0, _filled * _rowBytes);
    }

    private void MoveTo(long row) => _source.Position = RowsFile.HeaderBytes + (row * _rowBytes);
}
