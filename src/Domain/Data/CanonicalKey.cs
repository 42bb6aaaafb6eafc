using System.Buffers.Binary;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>
/// The sort key of a row: the 26 bytes of <see cref="CanonicalRow"/>, read big-endian into four integers, then the patient.
/// Comparing keys gives the same order as comparing the bytes; of equal rows the one without a known patient comes first.
/// </summary>
internal readonly record struct CanonicalKey(ulong First, ulong Second, ulong Third, ushort Rest, PatientToken Patient)
    : IComparable<CanonicalKey>
{
    public static CanonicalKey Of(LabelledExample row, PatientToken patient = default)
    {
        Span<byte> bytes = stackalloc byte[CanonicalRow.Bytes];
        CanonicalRow.Write(row, bytes);
        return Read(bytes, patient);
    }

    public static CanonicalKey Read(ReadOnlySpan<byte> canonical, PatientToken patient = default) => new(
        BinaryPrimitives.ReadUInt64BigEndian(canonical),
        BinaryPrimitives.ReadUInt64BigEndian(canonical[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(canonical[16..]),
        BinaryPrimitives.ReadUInt16BigEndian(canonical[24..]),
        patient);

    /// <summary>Writes the 26 bytes of the row, without the patient.</summary>
    public void Write(Span<byte> canonical)
    {
        BinaryPrimitives.WriteUInt64BigEndian(canonical, First);
        BinaryPrimitives.WriteUInt64BigEndian(canonical[8..], Second);
        BinaryPrimitives.WriteUInt64BigEndian(canonical[16..], Third);
        BinaryPrimitives.WriteUInt16BigEndian(canonical[24..], Rest);
    }

    public int CompareTo(CanonicalKey other)
    {
        var order = First.CompareTo(other.First);
        order = order != 0 ? order : Second.CompareTo(other.Second);
        order = order != 0 ? order : Third.CompareTo(other.Third);
        order = order != 0 ? order : Rest.CompareTo(other.Rest);
        return order != 0 ? order : Patient.Value.CompareTo(other.Patient.Value);
    }
}
