using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// The grid 5.7, 5.8, …, 25 % of HbA1c on which P(Diabetes) is made monotone: the answer at x is the running maximum of P(Diabetes)
/// over the grid, linear between two grid points. So P(Diabetes) never falls when HbA1c alone rises from 5.7 on.
/// </summary>
internal static class HbA1cGrid
{
    public const double From = AdaRule.PrediabetesFrom;
    public const double To = LastTenth / 10.0;
    public const double Step = 0.1;

    private const int FirstTenth = 57;
    private const int LastTenth = 250;

    /// <summary>Number of grid points.</summary>
    public const int Count = LastTenth - FirstTenth + 1;

    /// <summary>The HbA1c of a grid point, counted from 0.</summary>
    public static double ValueOf(int point) => (FirstTenth + point) / 10.0;

    /// <summary>
    /// Where an HbA1c ≥ <see cref="From"/> lies: behind grid point <c>Point</c> by <c>Fraction</c> (0..1) of a step.
    /// The answer needs the grid points 0 … <c>Point</c> + 1.
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

        // Rounding never makes the interpolation exceed its upper end, so not even a last bit falls from one interval to the next.
        var upper = Math.Max(lower, diabetes[point + 1]);
        return Math.Min(lower + ((upper - lower) * fraction), upper);
    }
}
