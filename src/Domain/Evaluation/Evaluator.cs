using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>Measures predictions on held-out rows.</summary>
public static class Evaluator
{
    /// <summary>Resamples behind each confidence interval.</summary>
    public const int Resamples = 2_000;

    /// <summary>Coverage of the confidence intervals.</summary>
    public const double Level = 0.95;

    /// <summary>
    /// Always the class most frequent among the measured rows themselves (the lower one of a tie): the strictest majority
    /// baseline there is, as one that learned its class elsewhere can only do worse.
    /// </summary>
    public const string MajorityClass = "majority_class";

    /// <summary><see cref="AdaRule"/>.</summary>
    public const string AdaRuleName = "ada_rule";

    private const double SumTolerance = 1e-3;

    /// <summary>
    /// Measures the rows. The predicted class is the one of the highest probability, the lowest class of a tie (numpy.argmax).
    /// </summary>
    /// <param name="truth">True class of each row, at least one row.</param>
    /// <param name="probabilities">Of each row three probabilities in class order, 0..1 and summing to 1 within 0.001.</param>
    /// <param name="features">Inputs of each row, for the baseline that reads them.</param>
    /// <param name="seed">Seeds the resamples of the confidence intervals; nothing else is random.</param>
    /// <exception cref="ArgumentException">Lists of different lengths, no rows, or values that are no probabilities.</exception>
    public static EvaluationReport Evaluate(
        IReadOnlyList<DiabetesClass> truth,
        IReadOnlyList<double[]> probabilities,
        IReadOnlyList<PatientFeatures> features,
        int seed)
    {
        if (probabilities.Count != truth.Count || features.Count != truth.Count || !probabilities.All(AreProbabilities))
        {
            throw new ArgumentException("Each row has a truth, three probabilities that sum to 1, and inputs.", nameof(probabilities));
        }

        DiabetesClass[] predicted = [.. probabilities.Select(PredictedClass)];
        var cells = ConfusionMatrix.Count(truth, predicted);
        ClassMetrics[] perClass = [.. DiabetesClasses.All.Select(c => ConfusionMatrix.Of(cells, c))];
        var f1 = ConfusionMatrix.MacroF1(cells);
        var (calibrationError, bins) = ProbabilityMetrics.Calibration(truth, predicted, probabilities);
        var majority = perClass.MaxBy(c => c.Support)!.Class;
        BaselineMetrics[] baselines =
        [
            Baseline(MajorityClass, truth, [.. truth.Select(_ => majority)]),
            Baseline(AdaRuleName, truth, [.. features.Select(AdaRule.Classify)]),
        ];
        return new EvaluationReport(
            Rows: truth.Count,
            Accuracy: ConfusionMatrix.Accuracy(cells),
            F1Score: f1,
            Precision: ConfusionMatrix.Macro(cells, perClass, c => c.Precision),
            Recall: ConfusionMatrix.Macro(cells, perClass, c => c.Recall),
            Loss: ProbabilityMetrics.LogLoss(truth, probabilities),
            BalancedAccuracy: perClass.Where(c => c.Support > 0).Average(c => c.Recall),
            RocAuc: AreasUnderCurve(truth, probabilities),
            BrierScore: ProbabilityMetrics.BrierScore(truth, probabilities),
            CalibrationError: calibrationError,
            Calibration: bins,
            ConfusionMatrix: ConfusionMatrix.ToRows(cells),
            PerClass: perClass,
            ConfidenceIntervals: Intervals(cells, seed),
            Baselines: baselines,
            BeatsBaselines: baselines.All(b => f1 > b.F1Score));
    }

    /// <summary>Position of the highest probability, the lowest position of a tie (numpy.argmax).</summary>
    public static DiabetesClass PredictedClass(IReadOnlyList<double> probabilities)
    {
        var best = 0;
        for (var c = 1; c < probabilities.Count; c++)
        {
            if (probabilities[c] > probabilities[best])
            {
                best = c;
            }
        }

        return (DiabetesClass)best;
    }

    // Written so that NaN fails; a network that diverged, or logits passed by mistake, must not become a report.
    private static bool AreProbabilities(double[] row) =>
        row.Length == DiabetesClasses.Count
        && row.All(p => p is >= 0 and <= 1 + SumTolerance)
        && Math.Abs(row.Sum() - 1) <= SumTolerance;

    private static BaselineMetrics Baseline(string name, IReadOnlyList<DiabetesClass> truth, DiabetesClass[] predicted)
    {
        var cells = ConfusionMatrix.Count(truth, predicted);
        return new BaselineMetrics(name, ConfusionMatrix.Accuracy(cells), ConfusionMatrix.MacroF1(cells));
    }

    private static RocAuc AreasUnderCurve(IReadOnlyList<DiabetesClass> truth, IReadOnlyList<double[]> probabilities)
    {
        var areas = DiabetesClasses.All.ToDictionary(c => c, c => ProbabilityMetrics.RocAuc(truth, probabilities, c));

        // The mean of nullable values leaves nulls out, and of nothing else is null.
        return new RocAuc(areas, areas.Values.Average());
    }

    private static MetricIntervals Intervals(int[] cells, int seed)
    {
        var bootstrap = new StratifiedBootstrap(cells, DiabetesClasses.Count);
        var random = new SeededRandom(seed, RandomPurpose.Bootstrap);
        var accuracy = new double[Resamples];
        var f1 = new double[Resamples];
        Span<int> drawn = stackalloc int[ConfusionMatrix.Cells];
        for (var i = 0; i < Resamples; i++)
        {
            bootstrap.Draw(random, drawn);
            accuracy[i] = ConfusionMatrix.Accuracy(drawn);
            f1[i] = ConfusionMatrix.MacroF1(drawn);
        }

        return new MetricIntervals(Interval(accuracy), Interval(f1));
    }

    private static ConfidenceInterval Interval(double[] values)
    {
        var (low, high) = StratifiedBootstrap.PercentileInterval(values, Level);
        return new ConfidenceInterval(low, high, Level, values.Length);
    }
}
