namespace ModelOps.Domain.Data;

/// <summary>Moves forward through keys of rows in canonical order. A key is the 26 bytes of <see cref="CanonicalRow"/>.</summary>
internal interface ISortedKeys
{
    /// <summary>The current key. Only valid after <see cref="SeekTo"/> returned true.</summary>
    ReadOnlySpan<byte> Current { get; }

    /// <summary>Moves to the first key that isn't below <paramref name="key"/>; false if there is none. Wanted keys must ascend.</summary>
    bool SeekTo(ReadOnlySpan<byte> key);
}

/// <summary>The keys of a sorted sequence.</summary>
internal sealed class KeySequence : ISortedKeys, IDisposable
{
    private readonly IEnumerator<CanonicalKey> _keys;
    private readonly byte[] _current = new byte[CanonicalRow.Bytes];
    private bool _hasCurrent;

    public KeySequence(IEnumerable<CanonicalKey> keys)
    {
        _keys = keys.GetEnumerator();
        Move();
    }

    public ReadOnlySpan<byte> Current => _current;

    public bool SeekTo(ReadOnlySpan<byte> key)
    {
        while (_hasCurrent && _current.AsSpan().SequenceCompareTo(key) < 0)
        {
            Move();
        }

        return _hasCurrent;
    }

    public void Dispose() => _keys.Dispose();

    private void Move()
    {
        _hasCurrent = _keys.MoveNext();
        if (_hasCurrent)
        {
            _keys.Current.Write(_current);
        }
    }
}

/// <summary>Consecutive rows of a rows file in memory.</summary>
/// <param name="bytes">The rows, as the file has them.</param>
/// <param name="rowBytes">Bytes of a row.</param>
internal readonly ref struct RowsBlock(ReadOnlySpan<byte> bytes, int rowBytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Count => _bytes.Length / rowBytes;

    /// <summary>The key of a row.</summary>
    public ReadOnlySpan<byte> this[int row] => _bytes.Slice(row * rowBytes, CanonicalRow.Bytes);

    /// <summary>
    /// The first row from <paramref name="at"/> on that isn't below <paramref name="key"/>, or <see cref="Count"/>. It gallops: a near row
    /// is found with few comparisons.
    /// </summary>
    public int FirstAtLeast(int at, ReadOnlySpan<byte> key)
    {
        var (low, step) = (at, 1);
        for (; at < Count && this[at].SequenceCompareTo(key) < 0; at += step, step *= 2)
        {
            low = at + 1;
        }

        for (var high = Math.Min(at, Count); low < high;)
        {
            var middle = (low + high) / 2;
            (low, high) = this[middle].SequenceCompareTo(key) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
