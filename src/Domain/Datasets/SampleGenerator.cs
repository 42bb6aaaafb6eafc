using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>
/// Makes up patients, for trying the product and for benchmarks; no real person is behind any row.
/// <para>
/// HbA1c, age and BMI are drawn around the centre of one of three profiles; the profile itself isn't the diagnosis. The diagnosis compares
/// HbA1c with the two thresholds of <see cref="Evaluation.AdaRule"/>, both shifted down for older, heavier and male patients and up for the
/// others, by up to 0.7 % HbA1c together, and blurred a little. So HbA1c alone isn't enough, and a model gains by learning the shift. A few
/// diagnoses are drawn at random, so that a perfect score would be a mistake somewhere. One row in a hundred repeats the inputs of the row
/// before it: most often with its diagnosis (a duplicate), sometimes with another (conflicting labels).
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

    /// <summary>Streams the rows; the same count and seed give the same rows.</summary>
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

    /// <summary>Box and Muller, 1958.</summary>
    private static double Normal(SeededRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Bounded(double value, double low, double high, int digits) =>
        Math.Round(Math.Clamp(value, low, high), digits);
}
