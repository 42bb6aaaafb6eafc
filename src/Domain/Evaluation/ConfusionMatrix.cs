using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Figures of a 3 × 3 confusion matrix, flat in the order true class × predicted class. Flat spans, so that thousands of
/// resamples can be measured without an allocation.
/// </summary>
public static class ConfusionMatrix
{
    public const int Cells = DiabetesClasses.Count * DiabetesClasses.Count;

    public static double Accuracy(ReadOnlySpan<int> cells)
    {
        int right = 0, rows = 0;
        for (var i = 0; i < cells.Length; i++)
        {
            rows += cells[i];
            right += i % (DiabetesClasses.Count + 1) == 0 ? cells[i] : 0;
        }

        return (double)right / rows;
    }

    /// <summary>Mean F1 over the classes that occur in truth or predictions.</summary>
    public static double MacroF1(ReadOnlySpan<int> cells) =>
        Macro(cells, (right, support, predicted) => Ratio(2 * right, support + predicted));

    /// <summary>Accuracy and the macro means, with a log loss that was measured elsewhere.</summary>
    public static HeadlineMetrics Headline(ReadOnlySpan<int> cells, double logLoss) => new(
        Accuracy(cells),
        MacroF1(cells),
        Precision: Macro(cells, (right, _, predicted) => Ratio(right, predicted)),
        Recall: Macro(cells, (right, support, _) => Ratio(right, support)),
        logLoss);

    /// <summary>Mean recall over the classes that occur in truth.</summary>
    public static double BalancedAccuracy(ReadOnlySpan<int> cells)
    {
        double sum = 0;
        var occurring = 0;
        for (var c = 0; c < DiabetesClasses.Count; c++)
        {
            sum += Recall(cells, c);
            occurring += Support(cells, c) > 0 ? 1 : 0;
        }

        return sum / occurring;
    }

    public static ClassMetrics Of(ReadOnlySpan<int> cells, DiabetesClass value)
    {
        var c = (int)value;
        var right = Right(cells, c);
        int support = Support(cells, c), predicted = Predicted(cells, c);
        return new ClassMetrics(
            value,
            Precision: Ratio(right, predicted),
            Recall: Ratio(right, support),
            F1Score: Ratio(2 * right, support + predicted),
            Support: support,
            ZeroDivision: support == 0 || predicted == 0);
    }

    /// <summary>The rows of the matrix, as a report holds them.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> ToRows(int[] cells) => [.. cells.Chunk(DiabetesClasses.Count)];

    /// <summary>Rows that are truly of class <paramref name="c"/>.</summary>
    public static int Support(ReadOnlySpan<int> cells, int c) =>
        cells[c * DiabetesClasses.Count] + cells[(c * DiabetesClasses.Count) + 1] + cells[(c * DiabetesClasses.Count) + 2];

    /// <summary>Share of the rows of class <paramref name="c"/> that are found; 0 without any.</summary>
    public static double Recall(ReadOnlySpan<int> cells, int c) => Ratio(Right(cells, c), Support(cells, c));

    /// <summary>Position of a class.</summary>
    /// <exception cref="ArgumentException">A value that is no class.</exception>
    public static int IndexOf(DiabetesClass value) =>
        (int)value is >= 0 and < DiabetesClasses.Count ? (int)value : throw new ArgumentException("A value is none of the classes.");

    private static double Macro(ReadOnlySpan<int> cells, Func<int, int, int, double> figure)
    {
        double sum = 0;
        var occurring = 0;
        for (var c = 0; c < DiabetesClasses.Count; c++)
        {
            int support = Support(cells, c), predicted = Predicted(cells, c);
            if (support + predicted > 0)
            {
                sum += figure(Right(cells, c), support, predicted);
                occurring++;
            }
        }

        return sum / occurring;
    }

    private static int Right(ReadOnlySpan<int> cells, int c) => cells[c * (DiabetesClasses.Count + 1)];

    private static int Predicted(ReadOnlySpan<int> cells, int c) =>
        cells[c] + cells[c + DiabetesClasses.Count] + cells[c + (2 * DiabetesClasses.Count)];

    private static double Ratio(int numerator, int denominator) => denominator == 0 ? 0 : (double)numerator / denominator;
}
