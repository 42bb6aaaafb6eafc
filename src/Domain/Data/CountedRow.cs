using ModelOps.Domain.Features;

namespace ModelOps.Domain.Data;

/// <summary>A distinct row (inputs, class and patient) of a rows file.</summary>
/// <param name="Count">The number of occurrences of the row, at least 1.</param>
/// <param name="Fold">
/// The row's fold 0..9: that of the patient where it is known, otherwise <see cref="SplitKey.FoldOf(PatientFeatures)"/>.
/// </param>
/// <param name="Patient">The patient; unknown where the row came without a reference.</param>
public readonly record struct CountedRow(LabelledExample Row, int Count, byte Fold, PatientToken Patient = default);
