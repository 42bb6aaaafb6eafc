using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>A subgroup of patients by gender, by age band, or by both.</summary>
/// <param name="Gender">The gender; null for any gender.</param>
/// <param name="AgeFrom">Lower end of the age band in years, inclusive; null for any age.</param>
/// <param name="AgeBelow">Upper end of the age band in years, exclusive; null for no upper end.</param>
public sealed record Subgroup(Gender? Gender, int? AgeFrom, int? AgeBelow)
{
    /// <summary>When a class has fewer rows than this in a subgroup, the metrics of the subgroup are marked as unreliable.</summary>
    public const int FewRows = 100;

    /// <summary>
    /// Number of bootstrap resamples for a subgroup's interval. It is lower than for all rows, because there are eleven subgroups.
    /// </summary>
    public const int Resamples = 1_000;

    private static readonly Gender[] GenderOrder = [Features.Gender.F, Features.Gender.M];
    private static readonly (int? From, int? Below)[] Bands = [(0, 40), (40, 60), (60, null)];

    /// <summary>The eleven subgroups: the two genders, the three age bands, then their six combinations.</summary>
    public static IReadOnlyList<Subgroup> All { get; } =
    [
        .. GenderOrder.Select(g => new Subgroup(g, null, null)),
        .. Bands.Select(b => new Subgroup(null, b.From, b.Below)),
        .. GenderOrder.SelectMany(g => Bands.Select(b => new Subgroup(g, b.From, b.Below))),
    ];

    /// <summary>Number of cells gender × age band. Each subgroup is a union of cells, so rows are counted by cell only.</summary>
    internal const int Cells = 6;

    /// <summary>The index 0..5 of a patient's cell.</summary>
    internal static int CellOf(PatientFeatures patient)
    {
        var band = patient.Age switch { < 40 => 0, < 60 => 1, _ => 2 };
        return ((int)patient.Gender * Bands.Length) + band;
    }

    /// <summary>The indexes of this subgroup's cells.</summary>
    internal IEnumerable<int> OwnCells() =>
        Enumerable.Range(0, Cells).Where(cell =>
            (Gender is null || (int)Gender == cell / Bands.Length)
            && (AgeFrom is null || Bands[cell % Bands.Length].From == AgeFrom));

    /// <summary>Sums the counts of this subgroup's cells.</summary>
    /// <param name="counts">Counts, flat in the order cell × <paramref name="width"/>.</param>
    /// <param name="width">Number of counts in a cell.</param>
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

    /// <summary>Whether any class has fewer than <see cref="FewRows"/> rows in a flat confusion matrix.</summary>
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
