using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>Patients of one gender, of one age band, or of both.</summary>
/// <param name="Gender">Null: any.</param>
/// <param name="AgeFrom">Lower end of the age band in years, included; null: any age.</param>
/// <param name="AgeBelow">Upper end of the age band in years, excluded; null: no upper end.</param>
public sealed record Subgroup(Gender? Gender, int? AgeFrom, int? AgeBelow)
{
    /// <summary>A class with fewer rows than this marks the figures of a subgroup as few.</summary>
    public const int FewRows = 100;

    /// <summary>Resamples behind a subgroup's interval: fewer than for all rows, as there are eleven subgroups.</summary>
    public const int Resamples = 1_000;

    private static readonly Gender[] GenderOrder = [Features.Gender.F, Features.Gender.M];
    private static readonly (int? From, int? Below)[] Bands = [(0, 40), (40, 60), (60, null)];

    /// <summary>The two genders, the three age bands, then their six products.</summary>
    public static IReadOnlyList<Subgroup> All { get; } =
    [
        .. GenderOrder.Select(g => new Subgroup(g, null, null)),
        .. Bands.Select(b => new Subgroup(null, b.From, b.Below)),
        .. GenderOrder.SelectMany(g => Bands.Select(b => new Subgroup(g, b.From, b.Below))),
    ];

    /// <summary>Number of the cells gender × age band. Every subgroup is a union of cells, so it is enough to count by cell.</summary>
    internal const int Cells = 6;

    /// <summary>The cell of a patient, 0..5.</summary>
    internal static int CellOf(PatientFeatures patient)
    {
        var band = patient.Age switch { < 40 => 0, < 60 => 1, _ => 2 };
        return ((int)patient.Gender * Bands.Length) + band;
    }

    /// <summary>The cells that make up this subgroup.</summary>
    internal IEnumerable<int> OwnCells() =>
        Enumerable.Range(0, Cells).Where(cell =>
            (Gender is null || (int)Gender == cell / Bands.Length)
            && (AgeFrom is null || Bands[cell % Bands.Length].From == AgeFrom));

    /// <summary>Sums the counts of this subgroup's cells.</summary>
    /// <param name="counts">Flat, cell × <paramref name="width"/> counts.</param>
    internal int[] Sum(ReadOnlySpan<int> counts, int width)
    {
        var sum = new int[width];
        foreach (var cell in OwnCells())
        {
            for (var i = 0; i < width; i++)
            {
                sum[i] += counts[(cell * width) + i];
            }
        }

        return sum;
    }

    /// <summary>Whether a class has fewer than <see cref="FewRows"/> rows in a confusion matrix.</summary>
    internal static bool IsFew(ReadOnlySpan<int> matrix)
    {
        for (var c = 0; c < DiabetesClasses.Count; c++)
        {
            if (ConfusionMatrix.Support(matrix, c) < FewRows)
            {
                return true;
            }
        }

        return false;
    }
}
