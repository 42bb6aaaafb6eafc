namespace ModelOps.Domain.Features;

/// <summary>One patient's inputs; <see cref="FeatureSchema.Diabetes1"/> has their names, units and limits.</summary>
/// <param name="HbA1c">Glycated haemoglobin in % (NGSP).</param>
/// <param name="Age">In years.</param>
/// <param name="Bmi">Body mass index in kg/m².</param>
public readonly record struct PatientFeatures(double HbA1c, double Age, double Bmi, Gender Gender)
{
    /// <summary>Number of inputs.</summary>
    public const int Count = 4;

    /// <summary>Feature names in the network's input order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. FeatureSchema.Diabetes1.Inputs.Select(c => c.Name)];

    /// <summary>Reads values in the order of <see cref="Names"/>; a code is its number.</summary>
    public static PatientFeatures From(ReadOnlySpan<double> values) => new(values[0], values[1], values[2], (Gender)values[3]);

    /// <summary>Writes the values in the order of <see cref="Names"/>; a code is its number.</summary>
    public void CopyTo(Span<double> destination)
    {
        destination[0] = HbA1c;
        destination[1] = Age;
        destination[2] = Bmi;
        destination[3] = (double)Gender;
    }
}

/// <summary>Inputs with their confirmed diagnosis: one row of training data.</summary>
public readonly record struct LabelledExample(PatientFeatures Features, DiabetesClass Class);
