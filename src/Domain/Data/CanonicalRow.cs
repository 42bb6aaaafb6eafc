using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>A row as bytes: HbA1c, AGE, BMI as little-endian IEEE-754 doubles, gender as one byte, then the class as one byte.</summary>
public static class CanonicalRow
{
    public const int InputBytes = 3 * sizeof(double) + 1;
    public const int Bytes = InputBytes + 1;

    public static void WriteInputs(PatientFeatures features, Span<byte> destination)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(destination, Normal(features.HbA1c));
        BinaryPrimitives.WriteDoubleLittleEndian(destination[8..], Normal(features.Age));
        BinaryPrimitives.WriteDoubleLittleEndian(destination[16..], Normal(features.Bmi));
        destination[24] = (byte)features.Gender;
    }

    public static void Write(LabelledExample row, Span<byte> destination)
    {
        WriteInputs(row.Features, destination);
        destination[InputBytes] = (byte)row.Class;
    }

    public static LabelledExample Read(ReadOnlySpan<byte> source)
    {
        var gender = source[24];
        var label = source[25];
        if (gender > 1 || label >= DiabetesClasses.Count)
        {
            throw new InvalidDataException("A stored row holds an unknown gender or class.");
        }

        return new LabelledExample(
            new PatientFeatures(
                BinaryPrimitives.ReadDoubleLittleEndian(source),
                BinaryPrimitives.ReadDoubleLittleEndian(source[8..]),
                BinaryPrimitives.ReadDoubleLittleEndian(source[16..]),
                (Gender)gender),
            (DiabetesClass)label);
    }

    /// <summary>SHA-256 (lower-case hex) over all rows in canonical form, sorted bytewise: the order of rows doesn't matter.</summary>
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

    // −0 and 0 are one value of a patient, so they must be one value of the hash.
    private static double Normal(double value) => value == 0 ? 0 : value;
}
