using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Figures of a 3 × 3 confusion matrix, flat in the order true class × predicted class. Flat spans, so that thousands of
/// resamples can be measured without an allocation.
/// </summary>
internal static class ConfusionMatrix
{
    public const int Cells = DiabetesClasses.Count * DiabetesClasses.Count;

    /// <exception cref="ArgumentException">No rows, lists of different lengths, or a value that is no class.</exception>
    public static int[] Count(IReadOnlyList<DiabetesClass> truth, IReadOnlyList<DiabetesClass> predicted)
    {
        if (truth.Count == 0 || truth.Count != predicted.Count)
        {
            throw new ArgumentException("Truth and predictions have the same length, at least 1.", nameof(predicted));
        }

        var cells = new int[Cells];
        for (var i = 0; i < truth.Count; i++)
        {
            cells[(IndexOf(truth[i]) * DiabetesClasses.Count) + IndexOf(predicted[i])]++;
        }

        return cells;
    }

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
    public static double MacroF1(ReadOnlySpan<int> cells)
    {
        double sum = 0;
        var occurring = 0;
        for (var c = 0; c < DiabetesClasses.Count; c++)
        {
            // Support and predictions together are 2TP + FP + FN.
            var denominator = Support(cells, c) + Predicted(cells, c);
            if (denominator > 0)
            {
                sum += 2.0 * cells[(c * DiabetesClasses.Count) + c] / denominator;
                occurring++;
            }
        }

        return sum / occurring;
    }

    /// <summary>Mean of a figure over the classes that occur in truth or predictions.</summary>
    public static double Macro(ReadOnlySpan<int> cells, IEnumerable<ClassMetrics> perClass, Func<ClassMetrics, double> figure)
    {
        double sum = 0;
        var occurring = 0;
        foreach (var metrics in perClass)
        {
            if (Support(cells, (int)metrics.Class) + Predicted(cells, (int)metrics.Class) > 0)
            {
                sum += figure(metrics);
                occurring++;
            }
        }

        return sum / occurring;
    }

    public static ClassMetrics Of(ReadOnlySpan<int> cells, DiabetesClass value)
    {
        var c = (int)value;
        var right = cells[(c * DiabetesClasses.Count) + c];
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

    public static int Support(ReadOnlySpan<int> cells, int c) =>
        cells[c * DiabetesClasses.Count] + cells[(c * DiabetesClasses.Count) + 1] + cells[(c * DiabetesClasses.Count) + 2];

    private static int Predicted(ReadOnlySpan<int> cells, int c) =>
        cells[c] + cells[c + DiabetesClasses.Count] + cells[c + (2 * DiabetesClasses.Count)];

    private static double Ratio(int numerator, int denominator) => denominator == 0 ? 0 : (double)numerator / denominator;

    private static int IndexOf(DiabetesClass value) =>
        (int)value is >= 0 and < DiabetesClasses.Count ? (int)value : throw new ArgumentException("A value is none of the classes.");
}
