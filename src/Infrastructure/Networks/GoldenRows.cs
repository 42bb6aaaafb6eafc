using System.Text.Json;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks;

/// <summary>
/// <c>golden.json</c>: made-up patients across the ranges of the inputs, with the probabilities that the trained network gave them in
/// libtorch. A version is served only when its predictor reproduces these probabilities.
/// </summary>
internal sealed record GoldenRows(IReadOnlyList<GoldenRow> Rows)
{
    public const string FileName = "golden.json";

    /// <summary>The largest allowed absolute difference of a probability.</summary>
    public const double Tolerance = 1e-5;

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    /// <summary>36 patients: all combinations of the example values of the numeric inputs; the categorical values alternate.</summary>
    public static IReadOnlyList<PatientFeatures> Patients { get; } =
        [.. Combine(FeatureSchema.Current.Inputs).Select(values => PatientFeatures.From(values))];

    /// <summary>Computes the golden rows with the trained network in libtorch.</summary>
    public static GoldenRows Of(Answer network) => new([.. Patients.Select(p =>
    {
        var probabilities = new double[DiabetesClasses.Count];
        network(p, probabilities);
        return new GoldenRow(p.HbA1c, p.Age, p.Bmi, p.Gender.ToString(), probabilities);
    })]);

    /// <summary>Writes the network's probabilities for a patient (length 3).</summary>
    public delegate void Answer(PatientFeatures features, Span<double> probabilities);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    public static GoldenRows Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<GoldenRows>(json, Options) is { Rows.Count: > 0 } golden && golden.Rows.All(IsWhole)
            ? golden
            : throw new InvalidDataException("The version has no golden rows.");

    private static IEnumerable<double[]> Combine(IReadOnlyList<Column> inputs)
    {
        var combinations = 1;
        foreach (var column in inputs)
        {
            combinations *= Math.Max(1, column.Examples.Count);
        }

        for (var n = 0; n < combinations; n++)
        {
            var values = new double[inputs.Count];
            int rest = n, turn = 0;
            for (var i = 0; i < values.Length; i++)
            {
                if (inputs[i].Kind == ColumnKind.Number)
                {
                    (rest, var at) = Math.DivRem(rest, inputs[i].Examples.Count);
                    values[i] = inputs[i].Examples[at];
                    turn += at;
                }
            }

            for (var i = 0; i < values.Length; i++)
            {
                values[i] = inputs[i].Kind == ColumnKind.Number ? values[i] : turn % inputs[i].Codes.Count;
            }

            yield return values;
        }
    }

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
