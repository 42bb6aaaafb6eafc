using ModelOps.Domain.Features;

namespace ModelOps.Domain.Datasets;

/// <summary>
/// Makes up patients: HbA1c decides most of the diagnosis, age and BMI lean the same way, and one diagnosis in twenty is noise, so that
/// a perfect score would be a mistake somewhere. For trying the product and for benchmarks; no real person is behind any row.
/// </summary>
public static class SampleGenerator
{
    public const int MaxRows = 2_000_000;
    private const double Noise = 0.05;

    private static readonly (double Share, double HbA1c, double Spread, double Age, double Bmi)[] Profiles =
    [
        (0.45, 5.2, 0.30, 42, 24.5),
        (0.25, 6.0, 0.28, 51, 28.0),
        (0.30, 7.9, 1.20, 57, 30.5),
    ];

    /// <summary>Distinct rows; the same count and seed give the same rows.</summary>
    public static IEnumerable<LabelledExample> Generate(int rows, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        var random = new SeededRandom(seed, RandomPurpose.Sample);
        var seen = new HashSet<PatientFeatures>(rows);
        while (seen.Count < rows)
        {
            var truth = Draw(random);
            var profile = Profiles[(int)truth];
            var features = new PatientFeatures(
                Bounded(profile.HbA1c + profile.Spread * Normal(random), 3.5, 15, 2),
                Bounded(profile.Age + 13 * Normal(random), 18, 95, 0),
                Bounded(profile.Bmi + 4.5 * Normal(random), 15, 55, 2),
                (Gender)random.NextInt32(2));
            var label = random.NextDouble() < Noise ? Draw(random) : truth;
            if (seen.Add(features))
            {
                yield return new LabelledExample(features, label);
            }
        }
    }

    private static DiabetesClass Draw(SeededRandom random)
    {
        var u = random.NextDouble();
        return u < Profiles[0].Share ? DiabetesClass.Negative
            : u < Profiles[0].Share + Profiles[1].Share ? DiabetesClass.Prediabetes
            : DiabetesClass.Diabetes;
    }

    /// <summary>Box and Muller, 1958.</summary>
    private static double Normal(SeededRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Bounded(double value, double low, double high, int digits) =>
        Math.Round(Math.Clamp(value, low, high), digits);
}
