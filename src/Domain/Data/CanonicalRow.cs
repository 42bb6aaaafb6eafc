using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The canonical byte encoding of a row: the key columns in the order of <see cref="FeatureSchema.KeyColumns"/>, then the class.
/// A number takes 8 bytes (little-endian IEEE-754 double), a code one byte, the class one byte.
/// The key columns are all inputs of <see cref="FeatureSchema.Diabetes1"/>.
/// </summary>
public static class CanonicalRow
{
    public const int InputBytes = 3 * sizeof(double) + 1;
    public const int Bytes = InputBytes + 1;

    public static void WriteInputs(PatientFeatures features, Span<byte> destination)
    {
        Span<double> values = stackalloc double[PatientFeatures.Count];
        features.CopyTo(values);
        WriteKey(FeatureSchema.Current, values, destination);
    }

    /// <summary>
    /// Writes the key columns (<see cref="InputBytes"/> bytes). Columns that a later schema adds don't change these bytes.
    /// </summary>
    /// <param name="values">The input values, in the order of the schema's inputs.</param>
    public static void WriteKey(FeatureSchema schema, ReadOnlySpan<double> values, Span<byte> destination)
    {
        foreach (var i in schema.KeyIndexes)
        {
            if (schema.Inputs[i].Kind == ColumnKind.Number)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(destination, Normal(values[i]));
                destination = destination[sizeof(double)..];
            }
            else
            {
                destination[0] = (byte)values[i];
                destination = destination[1..];
            }
        }
    }

    public static void Write(LabelledExample row, Span<byte> destination)
    {
        WriteInputs(row.Features, destination);
        destination[InputBytes] = (byte)row.Class;
    }

    /// <exception cref="InvalidDataException">The row has an unknown code or an unknown class.</exception>
    public static LabelledExample Read(ReadOnlySpan<byte> source)
    {
        Span<double> values = stackalloc double[PatientFeatures.Count];
        var schema = FeatureSchema.Current;
        var isKnown = source[InputBytes] < DiabetesClasses.Count;
        var label = (DiabetesClass)source[InputBytes];
        foreach (var i in schema.KeyIndexes)
        {
            if (schema.Inputs[i].Kind == ColumnKind.Number)
            {
                values[i] = BinaryPrimitives.ReadDoubleLittleEndian(source);
                source = source[sizeof(double)..];
            }
            else
            {
                values[i] = source[0];
                isKnown &= source[0] < schema.Inputs[i].Codes.Count;
                source = source[1..];
            }
        }

        return isKnown
            ? new LabelledExample(PatientFeatures.From(values), label)
            : throw new InvalidDataException("A stored row holds an unknown gender or class.");
    }

    /// <summary>
    /// SHA-256 (lower-case hex) over all rows in canonical form, sorted bytewise. The order of <paramref name="rows"/> doesn't matter.
    /// </summary>
    public static string Fingerprint(IReadOnlyList<LabelledExample> rows)
    {
        var keys = new byte[rows.Count][];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = new byte[Bytes];
            Write(rows[i], keys[i]);
        }

        Array.Sort(keys, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in keys)
        {
            hash.AppendData(key);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Converts −0 to 0: both mean the same patient value, so both must have the same bytes and the same hash.
    private static double Normal(double value) => value == 0 ? 0 : value;
}
