using System.Text.Json;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks;

/// <summary>
/// <c>golden.json</c>: made-up patients across the ranges of the inputs, with the probabilities that the trained network gave them in
/// libtorch. Whoever serves the version answers the same, or doesn't serve it.
/// </summary>
internal sealed record GoldenRows(IReadOnlyList<GoldenRow> Rows)
{
    public const string FileName = "golden.json";

    /// <summary>How far a probability may differ.</summary>
    public const double Tolerance = 1e-5;

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    /// <summary>36 patients: every combination of some values of each input.</summary>
    public static IReadOnlyList<PatientFeatures> Patients { get; } =
    [
        .. from hba1c in (double[])[4.5, 5.6, 6.2, 6.9, 9.5, 13]
           from age in (double[])[25, 50, 75]
           from bmi in (double[])[21, 33]
           select new PatientFeatures(hba1c, age, bmi, (age > 40) ^ (bmi > 30) ? Gender.M : Gender.F),
    ];

    /// <summary>Lets the trained network answer in libtorch.</summary>
    public static GoldenRows Of(Answer network) => new([.. Patients.Select(p =>
    {
        var probabilities = new double[DiabetesClasses.Count];
        network(p, probabilities);
        return new GoldenRow(p.HbA1c, p.Age, p.Bmi, p.Gender.ToString(), probabilities);
    })]);

    /// <summary>Writes the probabilities (length 3) that the network gives a patient.</summary>
    public delegate void Answer(PatientFeatures features, Span<double> probabilities);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    public static GoldenRows Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<GoldenRows>(json, Options) is { Rows.Count: > 0 } golden && golden.Rows.All(IsWhole)
            ? golden
            : throw new InvalidDataException("The version has no golden rows.");

    private static bool IsWhole(GoldenRow? row) =>
        row is { Probabilities.Count: DiabetesClasses.Count } && Genders.TryParse(row.Gender, out _);

    /// <exception cref="InvalidDataException">A probability differs by more than <see cref="Tolerance"/>.</exception>
    public void Check(INetworkPredictor predictor)
    {
        Span<double> p = stackalloc double[DiabetesClasses.Count];
        foreach (var row in Rows)
        {
            predictor.Predict(new PatientFeatures(row.HbA1c, row.Age, row.Bmi, Genders.Parse(row.Gender)), p);
            for (var c = 0; c < p.Length; c++)
            {
                if (!(Math.Abs(p[c] - row.Probabilities[c]) <= Tolerance))
                {
                    throw new InvalidDataException("The network doesn't answer its golden rows as it did when it was trained.");
                }
            }
        }
    }
}

internal sealed record GoldenRow(double HbA1c, double Age, double Bmi, string Gender, IReadOnlyList<double> Probabilities);
