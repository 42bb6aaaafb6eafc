using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>What a rows file says about itself without being read to its end.</summary>
/// <param name="Distinct">Rows that differ in inputs or class.</param>
/// <param name="Total">Rows, repetitions included.</param>
/// <param name="ByClass">Distinct rows of each class.</param>
/// <param name="Sha256">
/// Lower-case hex SHA-256 over all rows in canonical form, sorted bytewise, each as often as it occurs
/// (<see cref="CanonicalRow.Fingerprint"/>).
/// </param>
/// <param name="KeyId">Identifies the <see cref="SplitKey"/> that the folds were computed with.</param>
public sealed record RowsHeader(
    long Distinct, long Total, IReadOnlyDictionary<DiabetesClass, long> ByClass, string Sha256, ulong KeyId)
{
    public long Duplicates => Total - Distinct;
}
