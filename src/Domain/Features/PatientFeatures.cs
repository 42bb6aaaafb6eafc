namespace ModelOps.Domain.Features;

/// <summary>The input values of one patient. <see cref="FeatureSchema.Diabetes1"/> defines their names, units and limits.</summary>
/// <param name="HbA1c">Glycated haemoglobin in % (NGSP).</param>
/// <param name="Age">Age in years.</param>
/// <param name="Bmi">Body mass index in kg/m².</param>
public readonly record struct PatientFeatures(double HbA1c, double Age, double Bmi, Gender Gender)
{
    /// <summary>Number of inputs.</summary>
    public const int Count = 4;

    /// <summary>Feature names in the network's input order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. FeatureSchema.Diabetes1.Inputs.Select(c => c.Name)];

    /// <summary>Creates the features from values in the order of <see cref="Names"/>. A code is given by its index.</summary>
    public static PatientFeatures From(ReadOnlySpan<double> values) => new(values[0], values[1], values[2], (Gender)values[3]);

    /// <summary>Writes the values in the order of <see cref="Names"/>. A code is written as its index.</summary>
    public void CopyTo(Span<double> destination)
    {
        destination[0] = HbA1c;
        destination[1] = Age;
        destination[2] = Bmi;
        destination[3] = (double)Gender;
    }
}

/// <summary>One row of training data: a patient's inputs with the confirmed diagnosis.</summary>
public readonly record struct LabelledExample(PatientFeatures Features, DiabetesClass Class);
