using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Metrics of predicted probabilities. <c>truth</c> has the index of the true class of each row. <c>probabilities</c> is flat in the order
/// row × class.
/// </summary>
internal static class ProbabilityMetrics
{
    public const int CalibrationBins = 15;

    private const int Thresholds = 99;
    private const double Clip = 1e-15;
    private const double SumTolerance = 1e-3;

    /// <summary>Checks that a row has three probabilities, 0..1 with sum 1 ± 0.001.</summary>
    /// <exception cref="ArgumentException">The row is invalid.</exception>
    public static void Check(ReadOnlySpan<double> row)
    {
        double sum = 0;
        var valid = row.Length == DiabetesClasses.Count;
        foreach (var p in row)
        {
            // The condition is false for NaN, so NaN is rejected. A diverged network or logits passed by mistake must not give a metric.
            valid &= p is >= 0 and <= 1 + SumTolerance;
            sum += p;
        }

        if (!valid || !(Math.Abs(sum - 1) <= SumTolerance))
        {
            throw new ArgumentException("A row has three probabilities that sum to 1.", nameof(row));
        }
    }

    /// <summary>−ln p, with p clipped to [1e-15, 1 − 1e-15].</summary>
    public static double LogLoss(double probabilityOfTruth) => -Math.Log(Math.Clamp(probabilityOfTruth, Clip, 1 - Clip));

    /// <summary>Mean log loss: the mean of −ln p(true class).</summary>
    public static double LogLoss(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        double sum = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            sum += LogLoss(probabilities[(i * DiabetesClasses.Count) + truth[i]]);
        }

        return sum / truth.Length;
    }

    /// <summary>
    /// Multiclass Brier score (Brier, 1950): the squared differences summed over the classes and averaged over the rows, 0..2.
    /// </summary>
    public static double BrierScore(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        double sum = 0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var difference = probabilities[i] - (i % DiabetesClasses.Count == truth[i / DiabetesClasses.Count] ? 1 : 0);
            sum += difference * difference;
        }

        return sum / truth.Length;
    }

    /// <summary>
    /// Ranked probability score of ordered classes, 0..2 (Epstein, "A scoring system for probability forecasts of ranked categories",
    /// 1969). It is the mean over rows of the squared differences of the cumulative probabilities, summed over the two inner class limits.
    /// The sum is not divided by the number of limits.
    /// </summary>
    public static double RankedProbabilityScore(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        double sum = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            double cumulated = 0;
            for (var c = 0; c < DiabetesClasses.Count - 1; c++)
            {
                cumulated += probabilities[(i * DiabetesClasses.Count) + c];
                var difference = cumulated - (truth[i] <= c ? 1 : 0);
                sum += difference * difference;
            }
        }

        return sum / truth.Length;
    }

    /// <summary>
    /// Area under the ROC curve of <paramref name="positive"/> versus the rest: the Mann–Whitney statistic, with mid-ranks for ties,
    /// divided by positives × negatives (Hanley and McNeil, 1982). Null when there are no positives or no negatives.
    /// </summary>
    public static double? RocAuc(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities, DiabetesClass positive)
    {
        long positives = truth.Count((byte)positive);
        var negatives = truth.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        var scores = new double[truth.Length];
        var isPositive = new bool[truth.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = probabilities[(i * DiabetesClasses.Count) + (int)positive];
            isPositive[i] = truth[i] == (byte)positive;
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

            // Ranks start at 1. The tied rows have the ranks first + 1 … next, so each gets their mean.
            rankSum += tiedPositives * (((double)first + 1 + next) / 2);
        }

        return (rankSum - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    /// <summary>
    /// Expected calibration error and its bins. The bins (a, b] of the highest probability have equal widths (Guo, Pleiss, Sun and
    /// Weinberger, "On calibration of modern neural networks", 2017).
    /// </summary>
    public static (double Error, IReadOnlyList<CalibrationBin> Bins) Calibration(
        ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        var counts = new int[CalibrationBins];
        var confidences = new double[CalibrationBins];
        var right = new int[CalibrationBins];
        for (var i = 0; i < truth.Length; i++)
        {
            var row = probabilities.Slice(i * DiabetesClasses.Count, DiabetesClasses.Count);
            var predicted = (int)Evaluator.PredictedClass(row);
            var bin = BinOf(row[predicted]);
            counts[bin]++;
            confidences[bin] += row[predicted];
            right[bin] += predicted == truth[i] ? 1 : 0;
        }

        double error = 0;
        var bins = new CalibrationBin[CalibrationBins];
        for (var b = 0; b < bins.Length; b++)
        {
            error += Math.Abs(confidences[b] - right[b]) / truth.Length;
            bins[b] = new CalibrationBin(
                Edge(b), Edge(b + 1), counts[b],
                counts[b] == 0 ? null : confidences[b] / counts[b],
                counts[b] == 0 ? null : (double)right[b] / counts[b]);
        }

        return (error, bins);
    }

    /// <summary>Calibration in the large: the mean probability and the observed share of each class.</summary>
    public static ClassCalibrations CalibrationByClass(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        Span<double> sums = stackalloc double[DiabetesClasses.Count];
        for (var i = 0; i < probabilities.Length; i++)
        {
            sums[i % DiabetesClasses.Count] += probabilities[i];
        }

        var classes = new ClassCalibration[DiabetesClasses.Count];
        foreach (var c in DiabetesClasses.All)
        {
            classes[(int)c] = new ClassCalibration(c, sums[(int)c] / truth.Length, (double)truth.Count((byte)c) / truth.Length);
        }

        return new ClassCalibrations(classes, classes.Max(c => Math.Abs(c.MeanPredicted - c.ObservedShare)));
    }

    /// <summary>Decision curves for Diabetes and for "at least Prediabetes".</summary>
    public static NetBenefit NetBenefit(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        double[] thresholds = [.. Enumerable.Range(1, Thresholds).Select(Threshold)];
        return new NetBenefit(
            thresholds,
            Curve(truth, probabilities, thresholds, DiabetesClass.Diabetes),
            Curve(truth, probabilities, thresholds, DiabetesClass.Prediabetes));
    }

    /// <param name="lowest">The lowest class that is an event; all higher classes are events too.</param>
    private static NetBenefitCurve Curve(
        ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities, double[] thresholds, DiabetesClass lowest)
    {
        // Histograms of the rows, by the number of thresholds (0..99) that are at most the row's probability.
        var events = new int[Thresholds + 1];
        var others = new int[Thresholds + 1];
        for (var i = 0; i < truth.Length; i++)
        {
            double p = 0;
            for (var c = (int)lowest; c < DiabetesClasses.Count; c++)
            {
                p += probabilities[(i * DiabetesClasses.Count) + c];
            }

            var at = Array.BinarySearch(thresholds, p);
            var reached = at >= 0 ? at + 1 : ~at;
            (truth[i] >= (byte)lowest ? events : others)[reached]++;
        }

        double n = truth.Length;
        int all = events.Sum(), positives = 0, falsePositives = 0;
        var model = new double[Thresholds];
        var treatAll = new double[Thresholds];
        for (var k = Thresholds; k > 0; k--)
        {
            positives += events[k];
            falsePositives += others[k];
            var odds = Threshold(k) / (1 - Threshold(k));
            model[k - 1] = (positives - (falsePositives * odds)) / n;
            treatAll[k - 1] = (all - ((n - all) * odds)) / n;
        }

        return new NetBenefitCurve(model, treatAll);
    }

    private static double Threshold(int index) => (double)index / (Thresholds + 1);

    // Compares with the reported bin edges. Computing the bin as confidence × CalibrationBins could round to the neighbouring bin.
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
