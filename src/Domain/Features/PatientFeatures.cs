namespace ModelOps.Domain.Features;

/// <summary>
/// The four inputs of the classifier. This type is the one place that fixes their names, their order and their limits;
/// training, artifacts and serving all read them here.
/// </summary>
/// <param name="HbA1c">Glycated haemoglobin in % (NGSP), 0 &lt; x ≤ <see cref="HbA1cMax"/>.</param>
/// <param name="Age">Years, 0..<see cref="AgeMax"/>.</param>
/// <param name="Bmi">kg/m², <see cref="BmiMin"/>..<see cref="BmiMax"/>.</param>
public readonly record struct PatientFeatures(double HbA1c, double Age, double Bmi, Gender Gender)
{
    public const int Count = 4;
    public const double HbA1cMax = 25;
    public const double AgeMax = 130;
    public const double BmiMin = 5;
    public const double BmiMax = 120;

    public const string HbA1cName = "HbA1c";
    public const string AgeName = "AGE";
    public const string BmiName = "BMI";
    public const string GenderName = "Gender";
    public const string ClassName = "CLASS";

    /// <summary>Feature names in the network's input order.</summary>
    public static IReadOnlyList<string> Names { get; } = [HbA1cName, AgeName, BmiName, GenderName];

    /// <summary>Writes the four values in the order of <see cref="Names"/>.</summary>
    public void CopyTo(Span<double> destination)
    {
        destination[0] = HbA1c;
        destination[1] = Age;
        destination[2] = Bmi;
        destination[3] = (double)Gender;
    }

    /// <summary>What is wrong with an HbA1c, or null; never repeats the value.</summary>
    public static string? HbA1cProblem(double value) => value switch
    {
        > 0 and <= HbA1cMax => null,
        > HbA1cMax and <= 250 => "must be above 0 and at most 25 %; the value looks like mmol/mol, convert it to % first",
        _ => "must be above 0 and at most 25 %",
    };

    /// <summary>What is wrong with an age, or null; never repeats the value.</summary>
    public static string? AgeProblem(double value) =>
        value is >= 0 and <= AgeMax ? null : "must be between 0 and 130 years";

    /// <summary>What is wrong with a body mass index, or null; never repeats the value.</summary>
    public static string? BmiProblem(double value) =>
        value is >= BmiMin and <= BmiMax ? null : "must be between 5 and 120 kg/m²";
}

/// <summary>Inputs with their confirmed diagnosis: one row of training data.</summary>
public readonly record struct LabelledExample(PatientFeatures Features, DiabetesClass Class);
