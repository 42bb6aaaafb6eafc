using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>
/// Generates synthetic patients for demonstrations and benchmarks. No row describes a real person.
/// <para>
/// HbA1c, age and BMI have normal distributions around the centre of one of three profiles. The profile is not the diagnosis.
/// The diagnosis compares HbA1c with the two thresholds of <see cref="Evaluation.AdaRule"/>. Both thresholds are lower for older, heavier
/// and male patients and higher for the others, by at most 0.7 % HbA1c in total. A small normal noise is added. HbA1c alone therefore
/// doesn't determine the diagnosis, and a model gains accuracy when it learns the shift.
/// </para>
/// <para>
/// A small share of the diagnoses is random, so no correct model reaches a perfect score. About one row in a hundred repeats the inputs of
/// the previous row. Most of these rows have the same diagnosis (duplicates); some have a different one (conflicting labels).
/// </para>
/// </summary>
public static class SampleGenerator
{
    public const int MaxRows = 2_000_000;

    private const double Shift = 0.28;
    private const double Blur = 0.08;
    private const double RandomDiagnosis = 0.025;
    private const double Repetition = 0.01;
    private const double Conflict = 0.3;

    private static readonly (double Share, double HbA1c, double Spread, double Age, double Bmi)[] Profiles =
    [
        (0.50, 5.2, 0.35, 42, 24.5),
        (0.13, 6.1, 0.28, 51, 28.0),
        (0.37, 8.2, 1.30, 57, 30.0),
    ];

    /// <summary>Streams the rows. The same seed always gives the same rows.</summary>
    public static IEnumerable<LabelledExample> Generate(int rows, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        var random = new SeededRandom(seed, RandomPurpose.Sample);
        LabelledExample? previous = null;
        for (var i = 0; i < rows; i++)
        {
            var row = previous is { } p && random.NextDouble() < Repetition ? Repeat(p, random) : Draw(random);
            previous = row;
            yield return row;
        }
    }

    private static LabelledExample Draw(SeededRandom random)
    {
        var profile = Profiles[DrawProfile(random)];
        var features = new PatientFeatures(
            Bounded(profile.HbA1c + (profile.Spread * Normal(random)), 3.5, 15, 2),
            Bounded(profile.Age + (13 * Normal(random)), 18, 95, 0),
            Bounded(profile.Bmi + (4.5 * Normal(random)), 15, 55, 2),
            (Gender)random.NextInt32(2));
        var blur = Blur * Normal(random);
        return new LabelledExample(
            features, random.NextDouble() < RandomDiagnosis ? (DiabetesClass)DrawProfile(random) : Diagnose(features, blur));
    }

    private static LabelledExample Repeat(LabelledExample row, SeededRandom random) =>
        random.NextDouble() < Conflict
            ? row with { Class = (DiabetesClass)(((int)row.Class + 1 + random.NextInt32(2)) % DiabetesClasses.Count) }
            : row;

    private static DiabetesClass Diagnose(PatientFeatures features, double blur)
    {
        var age = Math.Clamp((features.Age - 50) / 25, -1, 1);
        var bmi = Math.Clamp((features.Bmi - 27) / 6, -1, 1);
        var gender = features.Gender == Gender.M ? 0.5 : -0.5;
        return Evaluation.AdaRule.Classify(features with { HbA1c = features.HbA1c + (Shift * (age + bmi + gender)) + blur });
    }

    private static int DrawProfile(SeededRandom random)
    {
        var u = random.NextDouble();
        return u < Profiles[0].Share ? 0 : u < Profiles[0].Share + Profiles[1].Share ? 1 : 2;
    }

    /// <summary>A standard normal random number, by the transform of Box and Muller, 1958.</summary>
    private static double Normal(SeededRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Bounded(double value, double low, double high, int digits) =>
        Math.Round(Math.Clamp(value, low, high), digits);
}
