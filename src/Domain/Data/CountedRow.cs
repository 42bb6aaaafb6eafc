using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>A distinct row (inputs and class) of a rows file.</summary>
/// <param name="Count">The number of occurrences of the row, at least 1.</param>
/// <param name="Fold">The row's fold 0..9; see <see cref="SplitKey.FoldOf(PatientFeatures)"/>.</param>
public readonly record struct CountedRow(LabelledExample Row, int Count, byte Fold);
