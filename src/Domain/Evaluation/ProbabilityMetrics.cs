using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>Figures of predicted probabilities, each row's three in class order.</summary>
internal static class ProbabilityMetrics
{
    public const int CalibrationBins = 15;
    private const double Clip = 1e-15;

    /// <summary>Mean of −ln p(true class), p clipped to [1e-15, 1 − 1e-15].</summary>
    public static double LogLoss(IReadOnlyList<DiabetesClass> truth, IReadOnlyList<double[]> probabilities)
    {
        double sum = 0;
        for (var i = 0; i < truth.Count; i++)
        {
            sum -= Math.Log(Math.Clamp(probabilities[i][(int)truth[i]], Clip, 1 - Clip));
        }

        return sum / truth.Count;
    }

    /// <summary>Brier's own, multiclass form (1950): squared differences summed over the classes, 0..2.</summary>
    public static double BrierScore(IReadOnlyList<DiabetesClass> truth, IReadOnlyList<double[]> probabilities)
    {
        double sum = 0;
        for (var i = 0; i < truth.Count; i++)
        {
            for (var c = 0; c < DiabetesClasses.Count; c++)
            {
                var difference = probabilities[i][c] - (c == (int)truth[i] ? 1 : 0);
                sum += difference * difference;
            }
        }

        return sum / truth.Count;
    }

    /// <summary>
    /// Area under the ROC curve of <paramref name="positive"/> against the rest: the Mann–Whitney statistic by mid-ranks over
    /// positives × negatives (Hanley and McNeil, 1982). Null unless there are rows of both kinds.
    /// </summary>
    public static double? RocAuc(
        IReadOnlyList<DiabetesClass> truth, IReadOnlyList<double[]> probabilities, DiabetesClass positive)
    {
        var scores = new double[truth.Count];
        var isPositive = new bool[truth.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = probabilities[i][(int)positive];
            isPositive[i] = truth[i] == positive;
        }

        long positives = isPositive.Count(p => p);
        var negatives = scores.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        Array.Sort(scores, isPositive);
        double rankSum = 0;
        for (int first = 0, next; first < scores.Length; first = next)
        {
            var tiedPositives = 0;
            for (next = first; next < scores.Length && scores[next] == scores[first]; next++)
            {
                tiedPositives += isPositive[next] ? 1 : 0;
            }

            // Ranks count from 1: those of the tie are first + 1 … next.
            rankSum += tiedPositives * ((first + 1 + next) / 2.0);
        }

        return (rankSum - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    /// <summary>
    /// Expected calibration error and its bins: equal widths (a, b] of the highest probability
    /// (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017).
    /// </summary>
    public static (double Error, IReadOnlyList<CalibrationBin> Bins) Calibration(
        IReadOnlyList<DiabetesClass> truth, IReadOnlyList<DiabetesClass> predicted, IReadOnlyList<double[]> probabilities)
    {
        var counts = new int[CalibrationBins];
        var confidences = new double[CalibrationBins];
        var right = new int[CalibrationBins];
        for (var i = 0; i < truth.Count; i++)
        {
            var confidence = probabilities[i][(int)predicted[i]];
            var bin = BinOf(confidence);
            counts[bin]++;
            confidences[bin] += confidence;
            right[bin] += predicted[i] == truth[i] ? 1 : 0;
        }

        double error = 0;
        var bins = new CalibrationBin[CalibrationBins];
        for (var b = 0; b < bins.Length; b++)
        {
            error += Math.Abs(confidences[b] - right[b]) / truth.Count;
            bins[b] = new CalibrationBin(
                Edge(b), Edge(b + 1), counts[b],
                counts[b] == 0 ? null : confidences[b] / counts[b],
                counts[b] == 0 ? null : (double)right[b] / counts[b]);
        }

        return (error, bins);
    }

    // Compares with the very edges that the report states; the product alone could round across one.
    private static int BinOf(double confidence)
    {
        var bin = 0;
        while (bin < CalibrationBins - 1 && confidence > Edge(bin + 1))
        {
            bin++;
        }

        return bin;
    }

    private static double Edge(int index) => (double)index / CalibrationBins;
}
