using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The format of rows on disk, for a dataset, for a job and for a version: the distinct rows in canonical order, each with its count and
/// its fold. Little-endian. A header of 96 bytes (the text <c>MOPSROWS</c>, the format's number 1 as 8 bytes, distinct rows, total rows,
/// distinct rows of each class as 8 bytes each, the id of the key as 8 bytes, the SHA-256 as 32 bytes), then 31 bytes for each row: the
/// 26 bytes of <see cref="CanonicalRow"/>, the count as 4 bytes, the fold as one byte.
/// </summary>
/// <remarks>
/// Files of earlier versions of the product have no header: canonical rows in the order in which they were read, repetitions included.
/// <see cref="IsHeaderless"/> recognises them; <see cref="ReadHeaderless"/> reads them.
/// </remarks>
public static class RowsFile
{
    public const int HeaderBytes = 96;
    public const int RowBytes = CanonicalRow.Bytes + sizeof(int) + 1;
    private const long Format = 1;
    private const int RowsAtOnce = 4_096;

    private static ReadOnlySpan<byte> Magic => "MOPSROWS"u8;

    /// <summary>Writes rows that come in canonical order, each once.</summary>
    /// <param name="destination">Seekable and empty; the header is written last. The caller flushes it.</param>
    /// <param name="key">The key that the rows' folds were computed with.</param>
    /// <exception cref="ArgumentException">The rows are not in canonical order, or one is there twice.</exception>
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

    /// <summary>Whether the content is that of an earlier version of the product. The position is kept.</summary>
    public static bool IsHeaderless(Stream source)
    {
        Span<byte> start = stackalloc byte[8];
        var at = source.Position;
        var read = source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        source.Position = at;
        return read < start.Length || !start.SequenceEqual(Magic);
    }

    /// <summary>Reads the header and leaves the stream before the first row.</summary>
    /// <exception cref="InvalidDataException">The content is no rows file, or was cut short.</exception>
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

    /// <summary>Streams the rows that follow the header.</summary>
    /// <exception cref="InvalidDataException">The content ends in the middle of a row, or a row holds an impossible value.</exception>
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

    /// <summary>Passes rows on and, after the last one, checks them against their hash.</summary>
    /// <param name="sha256"><see cref="RowsHeader.Sha256"/></param>
    /// <exception cref="InvalidDataException">They are other rows.</exception>
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

    /// <summary>Streams the rows of a file without a header, in the order in which they were written, repetitions included.</summary>
    /// <exception cref="InvalidDataException">The content isn't made of whole rows.</exception>
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
