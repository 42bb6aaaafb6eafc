using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>A usable row of a CSV file.</summary>
/// <param name="PatientReference">
/// The hospital's reference of the patient as the file has it, trimmed; null where the file has none. It must not be stored as it is.
/// </param>
public readonly record struct ClinicalRow(LabelledExample Example, string? PatientReference)
{
    public const int MaxPatientReference = PatientToken.MaxReference;
}
