using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// Computes class-balanced bin edges: weighted quantiles of a feature, with weights that give each class that occurs the same total.
/// The values are sorted once for all members. Each member skips the rows that it doesn't learn from.
/// </summary>
internal sealed class BinEdges
{
    private static readonly double[] HbA1cKnots = [5.6, AdaRule.PrediabetesFrom, 6.4, AdaRule.DiabetesFrom];

    private readonly double[] _sorted;
    private readonly byte[] _classes;
    private readonly FoldSet[] _folds;

    /// <param name="values">The feature's value of each row.</param>
    /// <param name="classes">Each row's class.</param>
    /// <param name="folds">For each row, the folds whose members don't learn from it.</param>
    public BinEdges(ReadOnlySpan<double> values, ReadOnlySpan<byte> classes, ReadOnlySpan<FoldSet> folds)
    {
        _sorted = values.ToArray();
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(_sorted, order);
        _classes = new byte[order.Length];
        _folds = new FoldSet[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            _classes[i] = classes[order[i]];
            _folds[i] = folds[order[i]];
        }
    }

    /// <summary>The fixed knots of a feature. A knot is an edge if it lies strictly inside the feature's range.</summary>
    public static ReadOnlySpan<double> KnotsOf(int feature) => feature == PiecewiseEncoding.HbA1c ? HbA1cKnots : [];

    /// <summary>
    /// The edges: the feature's minimum, its value at the first cumulative weight ≥ t/T for t = 1…T−1, its maximum, and the knots strictly
    /// inside; ascending and distinct. T is <see cref="PiecewiseEncoding.MaxBins"/> less the number of knots.
    /// </summary>
    /// <param name="feature">The feature, which determines T and the knots.</param>
    /// <param name="withoutFold">The fold whose member's edges are wanted.</param>
    /// <returns>At most <see cref="PiecewiseEncoding.MaxBins"/> + 1 edges. A constant feature has one edge; without rows, none.</returns>
    public double[] Of(int feature, int withoutFold)
    {
        Span<int> total = stackalloc int[DiabetesClasses.Count];
        for (var i = 0; i < _sorted.Length; i++)
        {
            total[_classes[i]] += _folds[i].Contains(withoutFold) ? 0 : 1;
        }

        var present = 0;
        foreach (var count in total)
        {
            present += count > 0 ? 1 : 0;
        }

        if (present == 0)
        {
            return [];
        }

        var knots = KnotsOf(feature);
        var quantiles = PiecewiseEncoding.MaxBins(feature) - knots.Length;
        var edges = new SortedSet<double>();
        Span<int> seen = stackalloc int[DiabetesClasses.Count];
        var next = 1;
        var last = double.NaN;
        for (var i = 0; i < _sorted.Length;)
        {
            // Equal values are processed together, so that the order of their rows doesn't matter.
            var value = _sorted[i];
            var any = false;
            for (; i < _sorted.Length && _sorted[i] == value; i++)
            {
                if (!_folds[i].Contains(withoutFold))
                {
                    seen[_classes[i]]++;
                    any = true;
                }
            }

            if (!any)
            {
                continue;
            }

            if (double.IsNaN(last))
            {
                edges.Add(value);
            }

            last = value;
            var cumulative = 0.0;
            for (var c = 0; c < seen.Length; c++)
            {
                cumulative += total[c] > 0 ? (double)seen[c] / total[c] : 0;
            }

            while (next < quantiles && cumulative / present >= (double)next / quantiles)
            {
                edges.Add(value);
                next++;
            }
        }

        edges.Add(last);
        var (from, to) = (edges.Min, edges.Max);
        foreach (var knot in knots)
        {
            if (from < knot && knot < to)
            {
                edges.Add(knot);
            }
        }

        return [.. edges];
    }
}
