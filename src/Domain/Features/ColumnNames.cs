namespace ModelOps.Domain.Features;

/// <summary>The column names used in requests, responses, data files and stored versions.</summary>
public static class ColumnNames
{
    public const string HbA1c = "HbA1c";
    public const string Age = "AGE";
    public const string Bmi = "BMI";
    public const string Gender = "Gender";
    public const string Class = "CLASS";

    /// <summary>
    /// An optional column of data files: the hospital's own reference of the patient, whose rows belong together. No input of a network.
    /// </summary>
    public const string PatientReference = "patient_ref";
}
