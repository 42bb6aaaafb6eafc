using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Metrics of a 3 × 3 confusion matrix. The matrix is a flat span in the order true class × predicted class, so thousands of bootstrap
/// resamples are evaluated without allocations.
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

    /// <summary>Macro F1: the mean F1 over the classes that occur as true or predicted class.</summary>
    public static double MacroF1(ReadOnlySpan<int> cells) =>
        Macro(cells, (right, support, predicted) => Ratio(2 * right, support + predicted));

    /// <summary>The headline metrics: accuracy and the macro means of the matrix, and the given <paramref name="logLoss"/>.</summary>
    public static HeadlineMetrics Headline(ReadOnlySpan<int> cells, double logLoss) => new(
        Accuracy(cells),
        MacroF1(cells),
        Precision: Macro(cells, (right, _, predicted) => Ratio(right, predicted)),
        Recall: Macro(cells, (right, support, _) => Ratio(right, support)),
        logLoss);

    /// <summary>Mean recall over the classes that occur as true class.</summary>
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

    /// <summary>Converts the flat matrix to a list of rows.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> ToRows(int[] cells) => [.. cells.Chunk(DiabetesClasses.Count)];

    /// <summary>Number of rows with true class <paramref name="c"/>.</summary>
    public static int Support(ReadOnlySpan<int> cells, int c) =>
        cells[c * DiabetesClasses.Count] + cells[(c * DiabetesClasses.Count) + 1] + cells[(c * DiabetesClasses.Count) + 2];

    /// <summary>Recall of class <paramref name="c"/>, 0..1; 0 when no row has this true class.</summary>
    public static double Recall(ReadOnlySpan<int> cells, int c) => Ratio(Right(cells, c), Support(cells, c));

    /// <summary>Index of a class in class order, 0..2.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> isn't a class.</exception>
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
