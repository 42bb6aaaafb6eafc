using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The rows file format of datasets, jobs and versions. It holds the distinct rows in canonical order, each with its count and fold.
/// All integers are little-endian.
/// <para>
/// The header has 96 bytes: the text <c>MOPSROWS</c> (8 bytes), the format number 1 (8), the number of distinct rows (8), the total number
/// of rows (8), the number of distinct rows of each class (3 × 8), the id of the split key (8) and the SHA-256 of the rows (32).
/// </para>
/// <para>
/// Each row has 31 bytes: <see cref="CanonicalRow"/> (26), the count (4) and the fold (1).
/// </para>
/// </summary>
/// <remarks>
/// Earlier releases of the product wrote files without a header. These files hold canonical rows in reading order, with repetitions.
/// <see cref="IsHeaderless"/> detects such a file and <see cref="ReadHeaderless"/> reads it.
/// </remarks>
public static class RowsFile
{
    public const int HeaderBytes = 96;
    public const int RowBytes = CanonicalRow.Bytes + sizeof(int) + 1;
    private const long Format = 1;
    private const int RowsAtOnce = 4_096;

    private static ReadOnlySpan<byte> Magic => "MOPSROWS"u8;

    /// <summary>Writes a header and the rows.</summary>
    /// <param name="destination">A seekable, empty stream. The header is written last. The caller must flush the stream.</param>
    /// <param name="rows">Distinct rows in canonical order.</param>
    /// <param name="key">The split key with which the folds of the rows were computed.</param>
    /// <exception cref="ArgumentException">The rows are not in canonical order, or a row occurs twice.</exception>
    public static RowsHeader Write(Stream destination, IEnumerable<CountedRow> rows, SplitKey key)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        destination.Write(header);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[RowsAtOnce * RowBytes];
        var (filled, distinct, total) = (0, 0L, 0L);
        var byClass = new long[DiabetesClasses.Count];
        CanonicalKey? previous = null;
        foreach (var row in rows)
        {
            if (filled == buffer.Length)
            {
                destination.Write(buffer);
                filled = 0;
            }

            var target = buffer.AsSpan(filled, RowBytes);
            CanonicalRow.Write(row.Row, target);
            var current = CanonicalKey.Read(target);
            if (previous is { } before && before.CompareTo(current) >= 0)
            {
                throw new ArgumentException("Rows come in canonical order, each once.", nameof(rows));
            }

            for (var i = 0; i < row.Count; i++)
            {
                hash.AppendData(target[..CanonicalRow.Bytes]);
            }

            BinaryPrimitives.WriteInt32LittleEndian(target[CanonicalRow.Bytes..], row.Count);
            target[^1] = row.Fold;
            previous = current;
            filled += RowBytes;
            distinct++;
            total += row.Count;
            byClass[(int)row.Row.Class]++;
        }

        destination.Write(buffer.AsSpan(0, filled));
        var sha256 = hash.GetHashAndReset();
        WriteHeader(header, distinct, total, byClass, key.Id, sha256);
        destination.Position = 0;
        destination.Write(header);
        destination.Position = destination.Length;
        return HeaderOf(distinct, total, byClass, key.Id, sha256);
    }

    /// <summary>Whether the file was written by an earlier release, without a header. The stream position is unchanged.</summary>
    public static bool IsHeaderless(Stream source)
    {
        Span<byte> start = stackalloc byte[8];
        var at = source.Position;
        var read = source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        source.Position = at;
        return !start[..read].SequenceEqual(Magic);
    }

    /// <summary>Reads the header. The stream position is then at the first row.</summary>
    /// <exception cref="InvalidDataException">The content is not a rows file, or it is truncated.</exception>
    public static RowsHeader ReadHeader(Stream source)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (source.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.StartsWith(Magic)
            || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != Format)
        {
            throw new InvalidDataException("The content is not a rows file.");
        }

        var byClass = new long[DiabetesClasses.Count];
        for (var c = 0; c < byClass.Length; c++)
        {
            byClass[c] = BinaryPrimitives.ReadInt64LittleEndian(header[(32 + (8 * c))..]);
        }

        var distinct = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        return source.Length == HeaderBytes + (distinct * RowBytes)
            ? HeaderOf(
                distinct,
                BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
                byClass,
                BinaryPrimitives.ReadUInt64LittleEndian(header[56..]),
                header[64..])
            : throw new InvalidDataException("The rows file has another length than its header says.");
    }

    /// <summary>Streams the rows after the header.</summary>
    /// <exception cref="InvalidDataException">The content ends in the middle of a row, or a row has an invalid value.</exception>
    public static IEnumerable<CountedRow> ReadRows(Stream source)
    {
        var buffer = new byte[RowsAtOnce * RowBytes];
        for (int read; (read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            if (read % RowBytes != 0)
            {
                throw new InvalidDataException("The rows end in the middle of one.");
            }

            for (var at = 0; at < read; at += RowBytes)
            {
                yield return ReadRow(buffer.AsSpan(at, RowBytes));
            }
        }
    }

    /// <summary>Streams <paramref name="rows"/> unchanged and verifies their hash after the last row.</summary>
    /// <param name="sha256">The expected hash, <see cref="RowsHeader.Sha256"/>.</param>
    /// <exception cref="InvalidDataException">The hash of the rows differs from <paramref name="sha256"/>.</exception>
    public static IEnumerable<CountedRow> Verified(IEnumerable<CountedRow> rows, string sha256)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var canonical = new byte[CanonicalRow.Bytes];
        foreach (var row in rows)
        {
            CanonicalRow.Write(row.Row, canonical);
            for (var i = 0; i < row.Count; i++)
            {
                hash.AppendData(canonical);
            }

            yield return row;
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != sha256)
        {
            throw new InvalidDataException("The rows are not those that the hash was computed of.");
        }
    }

    /// <summary>Streams the rows of a file without a header, in file order, with repetitions.</summary>
    /// <exception cref="InvalidDataException">The content ends in the middle of a row, or a row has an invalid value.</exception>
    public static IEnumerable<LabelledExample> ReadHeaderless(Stream source)
    {
        var buffer = new byte[RowsAtOnce * CanonicalRow.Bytes];
        for (int read; (read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            if (read % CanonicalRow.Bytes != 0)
            {
                throw new InvalidDataException("The rows end in the middle of one.");
            }

            for (var at = 0; at < read; at += CanonicalRow.Bytes)
            {
                yield return CanonicalRow.Read(buffer.AsSpan(at, CanonicalRow.Bytes));
            }
        }
    }

    private static CountedRow ReadRow(ReadOnlySpan<byte> source)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(source[CanonicalRow.Bytes..]);
        var fold = source[^1];
        return count > 0 && fold < SplitKey.Folds
            ? new CountedRow(CanonicalRow.Read(source), count, fold)
            : throw new InvalidDataException("A stored row has an impossible count or fold.");
    }

    private static void WriteHeader(Span<byte> header, long distinct, long total, long[] byClass, ulong keyId, ReadOnlySpan<byte> sha256)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Format);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], distinct);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], total);
        for (var c = 0; c < byClass.Length; c++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[(32 + (8 * c))..], byClass[c]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], keyId);
        sha256.CopyTo(header[64..]);
    }

    private static RowsHeader HeaderOf(long distinct, long total, long[] byClass, ulong keyId, ReadOnlySpan<byte> sha256) => new(
        distinct, total, DiabetesClasses.All.ToDictionary(c => c, c => byClass[(int)c]), Convert.ToHexStringLower(sha256), keyId);
}
