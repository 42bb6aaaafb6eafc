using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>The header of a rows file.</summary>
/// <param name="Distinct">Number of distinct rows; two rows are distinct when their inputs, classes or patients differ.</param>
/// <param name="Total">Number of rows, repetitions included.</param>
/// <param name="ByClass">Number of distinct rows of each class.</param>
/// <param name="Sha256">
/// Lower-case hex SHA-256 over all rows in canonical form, sorted bytewise, repetitions included
/// (<see cref="CanonicalRow.Fingerprint"/>). Where a patient is known, each row's token follows the row.
/// </param>
/// <param name="KeyId">The <see cref="SplitKey.Id"/> of the key with which the folds were computed.</param>
public sealed record RowsHeader(
    long Distinct, long Total, IReadOnlyDictionary<DiabetesClass, long> ByClass, string Sha256, ulong KeyId)
{
    /// <summary>Whether the patient of some row is known.</summary>
    public bool HasPatients { get; init; }

    public long Duplicates => Total - Distinct;
}
