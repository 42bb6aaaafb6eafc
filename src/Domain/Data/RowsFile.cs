using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The rows file format of datasets, jobs and versions. It holds the distinct rows in canonical order, each with its count and fold.
/// All integers are little-endian.
/// <para>
/// The header has 96 bytes: the text <c>MOPSROWS</c> (8 bytes), the format number 1 or 2 (8), the number of distinct rows (8), the total
/// number of rows (8), the number of distinct rows of each class (3 × 8), the id of the split key (8) and the SHA-256 of the rows (32).
/// </para>
/// <para>
/// Each row has 31 bytes: <see cref="CanonicalRow"/> (26), the count (4) and the fold (1). In format 2, where the patient of some row is
/// known, it has 39: the fold is followed by the patient's token (8), 0 for an unknown patient. Without known patients the file has
/// format 1, so the files and hashes of such rows are those of earlier releases.
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

    /// <summary>A row with its patient's token.</summary>
    public const int PatientRowBytes = RowBytes + sizeof(ulong);
    private const int FoldAt = RowBytes - 1;
    private const long Format = 1;
    private const long PatientFormat = 2;
    private const int RowsAtOnce = 4_096;

    private static ReadOnlySpan<byte> Magic => "MOPSROWS"u8;

    /// <summary>The bytes of a row.</summary>
    /// <param name="hasPatients"><see cref="RowsHeader.HasPatients"/></param>
    public static int RowBytesOf(bool hasPatients) => hasPatients ? PatientRowBytes : RowBytes;

    /// <summary>Writes a header and the rows.</summary>
    /// <param name="destination">A seekable, empty stream. The header is written last. The caller must flush the stream.</param>
    /// <param name="rows">Distinct rows in canonical order.</param>
    /// <param name="key">The split key with which the folds of the rows were computed.</param>
    /// <param name="hasPatients">Whether the patient of some row is known; decides the format.</param>
    /// <exception cref="ArgumentException">
    /// The rows are not in canonical order, a row occurs twice, or <paramref name="hasPatients"/> is wrong.
    /// </exception>
    public static RowsHeader Write(Stream destination, IEnumerable<CountedRow> rows, SplitKey key, bool hasPatients = false)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        destination.Write(header);
        using var hash = new RowsHash(hasPatients);
        var rowBytes = RowBytesOf(hasPatients);
        var buffer = new byte[RowsAtOnce * rowBytes];
        var (filled, distinct, total, known) = (0, 0L, 0L, false);
        var byClass = new long[DiabetesClasses.Count];
        CanonicalKey? previous = null;
        foreach (var row in rows)
        {
            if (filled == buffer.Length)
            {
                destination.Write(buffer);
                filled = 0;
            }

            var target = buffer.AsSpan(filled, rowBytes);
            CanonicalRow.Write(row.Row, target);
            var current = CanonicalKey.Read(target, row.Patient);
            if (previous is { } before && before.CompareTo(current) >= 0)
            {
                throw new ArgumentException("Rows come in canonical order, each once.", nameof(rows));
            }

            hash.Add(target, row);
            BinaryPrimitives.WriteInt32LittleEndian(target[CanonicalRow.Bytes..], row.Count);
            target[FoldAt] = row.Fold;
            if (hasPatients)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target[RowBytes..], row.Patient.Value);
            }

            previous = current;
            filled += rowBytes;
            distinct++;
            total += row.Count;
            known |= row.Patient.IsKnown;
            byClass[(int)row.Row.Class]++;
        }

        if (known != hasPatients)
        {
            throw new ArgumentException("The format must say whether patients are known.", nameof(hasPatients));
        }

        destination.Write(buffer.AsSpan(0, filled));
        var sha256 = hash.Complete();
        WriteHeader(header, hasPatients, distinct, total, byClass, key.Id, sha256);
        destination.Position = 0;
        destination.Write(header);
        destination.Position = destination.Length;
        return HeaderOf(hasPatients, distinct, total, byClass, key.Id, sha256);
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
            || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) is not (Format or PatientFormat))
        {
            throw new InvalidDataException("The content is not a rows file.");
        }

        var byClass = new long[DiabetesClasses.Count];
        for (var c = 0; c < byClass.Length; c++)
        {
            byClass[c] = BinaryPrimitives.ReadInt64LittleEndian(header[(32 + (8 * c))..]);
        }

        var hasPatients = BinaryPrimitives.ReadInt64LittleEndian(header[8..]) == PatientFormat;
        var distinct = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        return source.Length == HeaderBytes + (distinct * RowBytesOf(hasPatients))
            ? HeaderOf(
                hasPatients,
                distinct,
                BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
                byClass,
                BinaryPrimitives.ReadUInt64LittleEndian(header[56..]),
                header[64..])
            : throw new InvalidDataException("The rows file has another length than its header says.");
    }

    /// <summary>Streams the rows after the header.</summary>
    /// <param name="hasPatients"><see cref="RowsHeader.HasPatients"/></param>
    /// <exception cref="InvalidDataException">The content ends in the middle of a row, or a row has an invalid value.</exception>
    public static IEnumerable<CountedRow> ReadRows(Stream source, bool hasPatients = false)
    {
        var rowBytes = RowBytesOf(hasPatients);
        var buffer = new byte[RowsAtOnce * rowBytes];
        for (int read; (read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            if (read % rowBytes != 0)
            {
                throw new InvalidDataException("The rows end in the middle of one.");
            }

            for (var at = 0; at < read; at += rowBytes)
            {
                yield return ReadRow(buffer.AsSpan(at, rowBytes));
            }
        }
    }

    /// <summary>Streams <paramref name="rows"/> unchanged and verifies their hash after the last row.</summary>
    /// <param name="sha256">The expected hash, <see cref="RowsHeader.Sha256"/>.</param>
    /// <param name="hasPatients"><see cref="RowsHeader.HasPatients"/></param>
    /// <exception cref="InvalidDataException">The hash of the rows differs from <paramref name="sha256"/>.</exception>
    public static IEnumerable<CountedRow> Verified(IEnumerable<CountedRow> rows, string sha256, bool hasPatients = false)
    {
        using var hash = new RowsHash(hasPatients);
        var canonical = new byte[CanonicalRow.Bytes];
        foreach (var row in rows)
        {
            CanonicalRow.Write(row.Row, canonical);
            hash.Add(canonical, row);
            yield return row;
        }

        if (Convert.ToHexStringLower(hash.Complete()) != sha256)
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
        var fold = source[FoldAt];
        var patient = new PatientToken(source.Length == PatientRowBytes ? BinaryPrimitives.ReadUInt64LittleEndian(source[RowBytes..]) : 0);
        return count > 0 && fold < SplitKey.Folds
            ? new CountedRow(CanonicalRow.Read(source), count, fold, patient)
            : throw new InvalidDataException("A stored row has an impossible count or fold.");
    }

    private static void WriteHeader(
        Span<byte> header, bool hasPatients, long distinct, long total, long[] byClass, ulong keyId, ReadOnlySpan<byte> sha256)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], hasPatients ? PatientFormat : Format);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], distinct);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], total);
        for (var c = 0; c < byClass.Length; c++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[(32 + (8 * c))..], byClass[c]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], keyId);
        sha256.CopyTo(header[64..]);
    }

    private static RowsHeader HeaderOf(
        bool hasPatients, long distinct, long total, long[] byClass, ulong keyId, ReadOnlySpan<byte> sha256) => new(
        distinct, total, DiabetesClasses.All.ToDictionary(c => c, c => byClass[(int)c]), Convert.ToHexStringLower(sha256), keyId)
        {
            HasPatients = hasPatients,
        };

    /// <summary>The SHA-256 of rows in canonical form, repetitions included, each with its token where patients are known.</summary>
    private sealed class RowsHash(bool hasPatients) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _row = new byte[hasPatients ? CanonicalRow.Bytes + sizeof(ulong) : CanonicalRow.Bytes];

        /// <param name="canonical">The row in canonical form; more bytes may follow.</param>
        public void Add(ReadOnlySpan<byte> canonical, in CountedRow row)
        {
            canonical[..CanonicalRow.Bytes].CopyTo(_row);
            if (hasPatients)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(_row.AsSpan(CanonicalRow.Bytes), row.Patient.Value);
            }

            for (var i = 0; i < row.Count; i++)
            {
                _hash.AppendData(_row);
            }
        }

        public byte[] Complete() => _hash.GetHashAndReset();

        public void Dispose() => _hash.Dispose();
    }
}
