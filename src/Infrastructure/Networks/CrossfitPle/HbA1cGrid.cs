using ModelOps.Domain.Evaluation;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The HbA1c grid 5.7, 5.8, …, 25 % on which P(Diabetes) is made monotone. The answer at x is the running maximum of P(Diabetes) over
/// the grid, interpolated linearly between two grid points. So P(Diabetes) never falls when only HbA1c rises from 5.7 on.
/// </summary>
internal static class HbA1cGrid
{
    public const double From = AdaRule.PrediabetesFrom;
    public const double To = LastTenth / 10.0;
    public const double Step = 0.1;

    private const int FirstTenth = 57;
    private const int LastTenth = 250;

    /// <summary>The number of grid points.</summary>
    public const int Count = LastTenth - FirstTenth + 1;

    /// <summary>The HbA1c value of a grid point. Points are numbered from 0.</summary>
    public static double ValueOf(int point) => (FirstTenth + point) / 10.0;

    /// <summary>
    /// Locates an HbA1c value ≥ <see cref="From"/>: it is <c>Fraction</c> (0..1) of a step after grid point <c>Point</c>.
    /// The answer uses the grid points 0 … <c>Point</c> + 1.
    /// </summary>
    public static (int Point, double Fraction) Locate(double hba1c)
    {
        var at = (hba1c - From) / Step;
        var point = (int)Math.Min(at, Count - 2);
        return (point, Math.Min(at - point, 1));
    }

    /// <summary>The monotone P(Diabetes).</summary>
    /// <param name="diabetes">P(Diabetes) at the grid points 0 … <paramref name="point"/> + 1.</param>
    public static double Monotone(ReadOnlySpan<double> diabetes, int point, double fraction)
    {
        var lower = 0.0;
        for (var j = 0; j <= point; j++)
        {
            lower = Math.Max(lower, diabetes[j]);
        }

        // The interpolation is limited to its upper end, so that rounding can't break the monotonicity between two intervals.
        var upper = Math.Max(lower, diabetes[point + 1]);
        return Math.Min(lower + ((upper - lower) * fraction), upper);
    }
}
