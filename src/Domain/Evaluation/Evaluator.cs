using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>Computes the metrics of a version on its hold-out rows.</summary>
public static class Evaluator
{
    /// <summary>Number of bootstrap resamples for each confidence interval.</summary>
    public const int Resamples = 2_000;

    /// <summary>Nominal coverage of the confidence intervals.</summary>
    public const double Level = 0.95;

    /// <summary>
    /// Baseline that always predicts the most frequent class of the evaluated rows (in a tie, the lower class). It is the strictest
    /// majority baseline: a majority class from other rows can't have a higher accuracy.
    /// </summary>
    public const string MajorityClass = "majority_class";

    /// <summary>Name of the baseline <see cref="AdaRule"/>.</summary>
    public const string AdaRuleName = "ada_rule";

    /// <summary>
    /// Computes the report of the rows. The predicted class is the class with the highest probability, in a tie the lowest class
    /// (numpy.argmax).
    /// </summary>
    /// <param name="seed">Seed of the bootstrap resamples, the only random part.</param>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    public static EvaluationReport Evaluate(JudgedRows rows, int seed)
    {
        if (rows.Count == 0)
        {
            throw new ArgumentException("There is no row to measure a version on.", nameof(rows));
        }

        var truth = rows.Truth;
        var probabilities = rows.Probabilities;
        var cells = Total(rows.MatrixByCell);
        ClassMetrics[] perClass = [.. DiabetesClasses.All.Select(c => ConfusionMatrix.Of(cells, c))];
        var headline = ConfusionMatrix.Headline(cells, ProbabilityMetrics.LogLoss(truth, probabilities));
        var (calibrationError, bins) = ProbabilityMetrics.Calibration(truth, probabilities);
        BaselineMetrics[] baselines = [Baseline(MajorityClass, MajorityMatrix(perClass)), Baseline(AdaRuleName, Total(rows.RuleByCell))];
        return new EvaluationReport(
            Rows: rows.Count,
            Accuracy: headline.Accuracy,
            F1Score: headline.F1Score,
            Precision: headline.Precision,
            Recall: headline.Recall,
            Loss: headline.Loss,
            BalancedAccuracy: ConfusionMatrix.BalancedAccuracy(cells),
            RocAuc: AreasUnderCurve(truth, probabilities),
            BrierScore: ProbabilityMetrics.BrierScore(truth, probabilities),
            CalibrationError: calibrationError,
            Calibration: bins,
            ConfusionMatrix: ConfusionMatrix.ToRows(cells),
            PerClass: perClass,
            ConfidenceIntervals: Intervals(cells, seed),
            Baselines: baselines,
            BeatsBaselines: baselines.All(b => headline.F1Score > b.F1Score),
            RankedProbabilityScore: ProbabilityMetrics.RankedProbabilityScore(truth, probabilities),
            CalibrationByClass: ProbabilityMetrics.CalibrationByClass(truth, probabilities),
            NetBenefit: ProbabilityMetrics.NetBenefit(truth, probabilities),
            Sets: PlausibleSets.Of(rows),
            Subgroups: [.. Subgroup.All.Select(g => Measure(g, g.Sum(rows.MatrixByCell, ConfusionMatrix.Cells), seed))]);
    }

    /// <summary>The class with the highest probability or log-probability; in a tie, the lowest class (numpy.argmax).</summary>
    public static DiabetesClass PredictedClass(ReadOnlySpan<double> probabilities)
    {
        var best = 0;
        for (var c = 1; c < probabilities.Length; c++)
        {
            if (probabilities[c] > probabilities[best])
            {
                best = c;
            }
        }

        return (DiabetesClass)best;
    }

    private static int[] Total(int[] matrixByCell)
    {
        var total = new int[ConfusionMatrix.Cells];
        for (var i = 0; i < matrixByCell.Length; i++)
        {
            total[i % total.Length] += matrixByCell[i];
        }

        return total;
    }

    private static int[] MajorityMatrix(ClassMetrics[] perClass)
    {
        var majority = perClass.MaxBy(c => c.Support)!.Class;
        var cells = new int[ConfusionMatrix.Cells];
        foreach (var c in perClass)
        {
            cells[((int)c.Class * DiabetesClasses.Count) + (int)majority] = c.Support;
        }

        return cells;
    }

    private static BaselineMetrics Baseline(string name, int[] cells) =>
        new(name, ConfusionMatrix.Accuracy(cells), ConfusionMatrix.MacroF1(cells), MissedDiabetes.In(cells));

    private static SubgroupMetrics Measure(Subgroup group, int[] cells, int seed)
    {
        var rows = cells.Sum();
        return new SubgroupMetrics(
            group,
            rows,
            rows == 0 ? null : ConfusionMatrix.Accuracy(cells),
            rows == 0 ? null : ConfusionMatrix.MacroF1(cells),
            rows == 0 ? null : Interval(Draw(cells, seed, Subgroup.Resamples, drawn => ConfusionMatrix.MacroF1(drawn))[0]),
            DiabetesClasses.All.ToDictionary(c => c, c => ConfusionMatrix.Of(cells, c).Recall),
            MissedDiabetes.In(cells),
            Subgroup.IsFew(cells));
    }

    private static RocAuc AreasUnderCurve(ReadOnlySpan<byte> truth, ReadOnlySpan<double> probabilities)
    {
        var areas = new Dictionary<DiabetesClass, double?>();
        foreach (var c in DiabetesClasses.All)
        {
            areas[c] = ProbabilityMetrics.RocAuc(truth, probabilities, c);
        }

        // Average() ignores nulls and returns null when all values are null.
        return new RocAuc(areas, areas.Values.Average());
    }

    private static MetricIntervals Intervals(int[] cells, int seed)
    {
        var values = Draw(
            cells,
            seed,
            Resamples,
            [
                drawn => ConfusionMatrix.Accuracy(drawn),
                drawn => ConfusionMatrix.MacroF1(drawn),
                .. DiabetesClasses.All.Select(c => (Figure)(drawn => ConfusionMatrix.Recall(drawn, (int)c))),
            ]);
        return new MetricIntervals(
            Interval(values[0]),
            Interval(values[1]),
            DiabetesClasses.All.ToDictionary(
                c => c,
                c => ConfusionMatrix.Of(cells, c).Recall is null ? null : Interval(values[2 + (int)c])));
    }

    private delegate double Figure(ReadOnlySpan<int> cells);

    /// <summary>Computes each figure on bootstrap resamples of the rows. The result has the shape figures × resamples.</summary>
    private static double[][] Draw(int[] cells, int seed, int resamples, params Figure[] figures)
    {
        var bootstrap = new StratifiedBootstrap(cells, DiabetesClasses.Count);
        var random = new SeededRandom(seed, RandomPurpose.Bootstrap);
        var values = figures.Select(_ => new double[resamples]).ToArray();
        Span<int> drawn = stackalloc int[ConfusionMatrix.Cells];
        for (var i = 0; i < resamples; i++)
        {
            bootstrap.Draw(random, drawn);
            for (var f = 0; f < figures.Length; f++)
            {
                values[f][i] = figures[f](drawn);
            }
        }

        return values;
    }

    private static ConfidenceInterval Interval(double[] values)
    {
        var (low, high) = StratifiedBootstrap.PercentileInterval(values, Level);
        return new ConfidenceInterval(low, high, Level, values.Length);
    }
}
