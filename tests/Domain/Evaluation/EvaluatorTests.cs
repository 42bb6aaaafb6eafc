using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.TestSupport;

namespace ModelOps.Domain.Tests.Evaluation;

/// <summary>Expected figures are scikit-learn's, computed by <c>reference.py</c> unless a comment works them out.</summary>
public class EvaluatorTests
{
    private static readonly DiabetesClass[] Truth = Classes("NNNPPPYYYYYY");

    private static readonly double[][] Probabilities =
    [
        [.80, .15, .05], [.40, .40, .20], [.30, .50, .20], [.10, .80, .10], [.25, .35, .40], [.30, .50, .20],
        [.05, .05, .90], [.10, .20, .70], [.20, .20, .60], [.10, .60, .30], [.45, .10, .45], [.02, .03, .95],
    ];

    private static readonly double[] HbA1c = [5.6, 5.7, 6.4, 6.0, 6.5, 5.0, 8.0, 9.1, 6.6, 6.2, 7.0, 10.5];

    private static readonly JsonSerializerOptions Stored = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly JsonSerializerOptions Shown = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void Evaluate_WhenRowsAreTied_AgreesWithScikitLearn()
    {
        var report = Judged.Evaluate(Truth, Probabilities, Features(HbA1c), seed: 42);

        Assert.Equal(12, report.Rows);
        Assert.Equal(0.6666666666666666, report.Accuracy, 12);
        Assert.Equal(0.6666666666666666, report.BalancedAccuracy, 12);
        Assert.Equal(0.6555555555555556, report.Precision, 12);
        Assert.Equal(0.6666666666666666, report.Recall, 12);
        Assert.Equal(0.6551226551226551, report.F1Score, 12);
        Assert.Equal(0.611346235181745, report.Loss, 12);
        Assert.Equal(0.35531666666666667, report.BrierScore, 12);
        Assert.Equal(0.14166666666666666, report.CalibrationError, 12);
        Assert.Equal([[2, 1, 0], [0, 2, 1], [1, 1, 4]], report.ConfusionMatrix);
        Assert.Equal(0.9074074074074073, report.RocAuc.PerClass[DiabetesClass.Negative]!.Value, 12);
        Assert.Equal(0.8333333333333334, report.RocAuc.PerClass[DiabetesClass.Prediabetes]!.Value, 12);
        Assert.Equal(0.9722222222222222, report.RocAuc.PerClass[DiabetesClass.Diabetes]!.Value, 12);
        Assert.Equal(0.9043209876543209, report.RocAuc.Macro!.Value, 12);
        Assert.Equal(DiabetesClasses.All, report.PerClass.Select(c => c.Class));
        Assert.Equal([3, 3, 6], report.PerClass.Select(c => c.Support));
        AssertClose([0.66666666666667, 0.5, 0.8], report.PerClass.Select(c => c.Precision));
        AssertClose([0.66666666666667, 0.66666666666667, 0.66666666666667], report.PerClass.Select(c => c.Recall!.Value));
        AssertClose([0.66666666666667, 0.57142857142857, 0.72727272727273], report.PerClass.Select(c => c.F1Score));
        Assert.All(report.PerClass, c => Assert.False(c.ZeroDivision));
        Assert.Equal(new HeadlineMetrics(report.Accuracy, report.F1Score, report.Precision, report.Recall, report.Loss), report.Headline);
    }

    [Fact]
    public void Evaluate_WhenBaselinesAreWeaker_SaysWhatTheyReach()
    {
        var report = Judged.Evaluate(Truth, Probabilities, Features(HbA1c), seed: 42);

        Assert.Equal(["majority_class", "ada_rule"], report.Baselines.Select(b => b.Name));
        AssertClose([0.5, 0.58333333333333], report.Baselines.Select(b => b.Accuracy));
        AssertClose([0.22222222222222, 0.50634920634921], report.Baselines.Select(b => b.F1Score));
        Assert.Equal([new MissedDiabetes(0, 0, 6), new MissedDiabetes(1, 0, 6)], report.Baselines.Select(b => b.MissedDiabetes));
        Assert.True(report.BeatsBaselines);
    }

    [Fact]
    public void Evaluate_WhenAClassIsPredictedButNotTrue_CountsItAsZeroAndFlagsIt()
    {
        double[][] probabilities = [[.7, .2, .1], [.3, .4, .3], [.1, .2, .7], [.6, .1, .3]];

        var report = Judged.Evaluate(Classes("NNYY"), probabilities, Features([5, 6, 7, 8]), seed: 1);

        Assert.Equal(0.5, report.Accuracy, 12);
        Assert.Equal(0.5, report.BalancedAccuracy, 12);
        Assert.Equal(0.5, report.Precision, 12);
        Assert.Equal(0.3333333333333333, report.Recall, 12);
        Assert.Equal(0.38888888888888884, report.F1Score, 12);
        Assert.Equal(0.7803238741323342, report.Loss, 12);
        Assert.Equal(0.47, report.BrierScore, 12);
        Assert.Equal(0.4, report.CalibrationError, 12);
        Assert.Null(report.RocAuc.PerClass[DiabetesClass.Prediabetes]);
        Assert.Equal(0.8125, report.RocAuc.Macro!.Value, 12);
        Assert.Equal([false, true, false], report.PerClass.Select(c => c.ZeroDivision));
        Assert.Equal(0, report.PerClass[1].Support);

        // The rule's macro F1 is 0.556 here, so this network doesn't earn its keep.
        AssertClose([0.33333333333333, 0.55555555555556], report.Baselines.Select(b => b.F1Score));
        Assert.False(report.BeatsBaselines);
    }

    [Fact]
    public void Evaluate_WhenAClassOccursNowhere_LeavesItOutOfTheMeans()
    {
        double[][] probabilities = [[.9, .05, .05], [.1, .0, .9]];

        var report = Judged.Evaluate(Classes("NY"), probabilities, Features([5, 7]), seed: 1);

        Assert.Equal(1, report.F1Score);
        Assert.Equal(1, report.Precision);
        Assert.Equal(1, report.Recall);
        Assert.Equal(new ClassMetrics(DiabetesClass.Prediabetes, 0, null, 0, 0, ZeroDivision: true), report.PerClass[1]);
    }

    [Fact]
    public void Evaluate_WhenOnlyOneClassIsTrue_HasNoAreaUnderTheCurve()
    {
        var report = Judged.Evaluate(Classes("NN"), [[.9, .05, .05], [.8, .1, .1]], Features([5, 5]), seed: 1);

        Assert.All(report.RocAuc.PerClass.Values, Assert.Null);
        Assert.Null(report.RocAuc.Macro);
        Assert.False(report.BeatsBaselines, "equal to a baseline is not better");
    }

    [Fact]
    public void Evaluate_WhenTheTruthHadNoProbability_ClipsTheLoss()
    {
        var report = Judged.Evaluate(Classes("NY"), [[0, 0, 1], [0, 0, 1]], Features([5, 7]), seed: 1);

        // (−ln 1e-15 − ln(1 − 1e-15)) / 2, with −ln 1e-15 = 15·ln 10.
        Assert.Equal(15 * 2.302585092994046 / 2, report.Loss, 9);
        Assert.Equal(1, report.BrierScore); // (2 + 0) / 2
    }

    [Fact]
    public void Evaluate_WhenConfidenceIsOnAnEdge_CountsItInTheLowerBin()
    {
        // 0.4 = 6/15, 0.6 = 9/15 and 0.8 = 12/15 close the bins of index 5, 8 and 11.
        double[][] probabilities = [[.4, .3, .3], [.6, .2, .2], [.8, .1, .1], [.81, .1, .09], [1, 0, 0]];

        var report = Judged.Evaluate(Classes("NPNYN"), probabilities, Features([5, 6, 5, 7, 5]), seed: 1);

        Assert.Equal([0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1], report.Calibration.Select(b => b.Count));
        Assert.Equal(new CalibrationBin(12 / 15.0, 13 / 15.0, 1, .81, 0), report.Calibration[12]);
        Assert.Equal(new CalibrationBin(0, 1 / 15.0, 0, null, null), report.Calibration[0]);

        // |0.4−1| + |0.6−0| + |0.8−1| + |0.81−0| + |1−1| over five rows.
        Assert.Equal((.6 + .6 + .2 + .81 + 0) / 5, report.CalibrationError, 12);
    }

    [Fact]
    public void Evaluate_WhenResampled_GivesTheIntervalOfTheExactDistribution()
    {
        var report = Simulated((60, 50), (40, 30), (100, 90));

        // 0.8 and 0.895 are the quantiles of the sum of three binomials (scipy); one row is 0.005, and so is the noise of
        // 2,000 resamples in the tails.
        var interval = report.ConfidenceIntervals.Accuracy;
        Assert.InRange(interval.Low, 0.795 - 1e-9, 0.805 + 1e-9);
        Assert.InRange(interval.High, 0.890 - 1e-9, 0.900 + 1e-9);
        Assert.Equal(0.95, interval.Level);
        Assert.Equal(2_000, interval.Resamples);
        Assert.InRange(report.F1Score, report.ConfidenceIntervals.F1Score.Low, report.ConfidenceIntervals.F1Score.High);
    }

    [Fact]
    public void Evaluate_WhenEverythingIsRight_HasAnIntervalWithoutWidth()
    {
        var report = Simulated((5, 5), (7, 7), (9, 9));

        Assert.Equal((1, 1), (report.ConfidenceIntervals.Accuracy.Low, report.ConfidenceIntervals.Accuracy.High));
        Assert.Equal((1, 1), (report.ConfidenceIntervals.F1Score.Low, report.ConfidenceIntervals.F1Score.High));
    }

    [Fact]
    public void Evaluate_WhenEachClassIsAllRightOrAllWrong_HasAnIntervalWithoutWidth()
    {
        // Resamples are stratified, so they keep the size of each class; without that, 50 of 57 would vary.
        var interval = Simulated((50, 50), (3, 0), (4, 0)).ConfidenceIntervals.Accuracy;

        Assert.Equal((50 / 57.0, 50 / 57.0), (interval.Low, interval.High));
    }

    [Fact]
    public void Evaluate_WhenRepeated_GivesTheSameReport()
    {
        string Run(int seed) => JsonSerializer.Serialize(Judged.Evaluate(Truth, Probabilities, Features(HbA1c), seed), Stored);

        Assert.Equal(Run(42), Run(42));
        Assert.NotEqual(
            Simulated((60, 50), (40, 30), (100, 90), seed: 1).ConfidenceIntervals.F1Score,
            Simulated((60, 50), (40, 30), (100, 90), seed: 2).ConfidenceIntervals.F1Score);
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Evaluate_WhenThereAreTwentyThousandRows_TakesUnderOneAndAHalfSeconds()
    {
        var since = ProcessorTime.OfThisThread;
        var report = Simulated((6_000, 5_000), (4_000, 3_000), (10_000, 9_000));

        Assert.Equal(20_000, report.Rows);
        Assert.InRange((ProcessorTime.OfThisThread - since).TotalSeconds, 0, 1.5);
    }

    [Fact]
    public void Report_WhenStoredAsJson_ComesBackTheSame()
    {
        var stored = JsonSerializer.Serialize(Judged.Evaluate(Truth, Probabilities, Features(HbA1c), seed: 42), Stored);

        var report = JsonSerializer.Deserialize<EvaluationReport>(stored, Stored)!;

        Assert.Equal(stored, JsonSerializer.Serialize(report, Stored));
        Assert.Equal(0.6666666666666666, report.Headline.Accuracy, 12);
        Assert.Equal(0.9043209876543209, report.RocAuc.Macro!.Value, 12);
    }

    [Fact]
    public void Report_WhenShownInSnakeCase_HasTheContractsNames()
    {
        var report = JsonSerializer.SerializeToElement(Judged.Evaluate(Truth, Probabilities, Features(HbA1c), seed: 42), Shown);

        Assert.Equal(
            [
                "rows", "accuracy", "f1_score", "precision", "recall", "loss", "balanced_accuracy", "roc_auc", "brier_score",
                "calibration_error", "calibration", "confusion_matrix", "per_class", "confidence_intervals", "baselines",
                "beats_baselines", "ranked_probability_score", "calibration_by_class", "net_benefit", "sets", "subgroups",
                "monotonicity_violations", "judged_rows", "missed_diabetes", "provisional",
            ],
            report.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["class", "precision", "f1_score", "support", "zero_division", "recall"],
            report.GetProperty("per_class")[0].EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Report_WhenStoredByAnEarlierBuild_ShowsWhatItHas()
    {
        const string Stored = """
            {"Rows":4,"Accuracy":0.5,"F1Score":0.4,"Precision":0.5,"Recall":0.3,"Loss":0.8,"BalancedAccuracy":0.5,
            "RocAuc":{"PerClass":{"Negative":0.7,"Prediabetes":null,"Diabetes":0.8},"Macro":0.75},"BrierScore":0.5,"CalibrationError":0.4,
            "Calibration":[],"ConfusionMatrix":[[1,1,0],[0,0,0],[1,0,1]],
            "PerClass":[{"Class":0,"Precision":0.5,"Recall":0.5,"F1Score":0.5,"Support":2,"ZeroDivision":false}],
            "ConfidenceIntervals":{"Accuracy":{"Low":0,"High":1,"Level":0.95,"Resamples":2000},
            "F1Score":{"Low":0,"High":1,"Level":0.95,"Resamples":2000}},"Baselines":[],"BeatsBaselines":true}
            """;

        var report = JsonSerializer.Deserialize<EvaluationReport>(Stored)!;

        Assert.Equal((4, true), (report.JudgedRows, report.Provisional));
        Assert.Equal(new MissedDiabetes(1, 1, 2), report.MissedDiabetes);
        Assert.Null(report.PerClass[0].Recall);
        Assert.Null(report.NetBenefit);
        Assert.Null(report.ConfidenceIntervals.Recall);
    }

    [Theory]
    [InlineData(200, 10, false)]
    [InlineData(199, 10, true)]
    [InlineData(200, 9, true)]
    [InlineData(199, 9, true)]
    public void Provisional_WhenRowsAreAroundTheLimits_FollowsThem(int rows, int smallestClass, bool expected)
    {
        var report = Judged.Evaluate(Classes("N"), [[.8, .1, .1]], Features([5]), seed: 1);
        ClassMetrics[] perClass =
        [
            .. DiabetesClasses.All.Select((c, i) => new ClassMetrics(c, 1, 1, 1, i == 1 ? smallestClass : 50, ZeroDivision: false)),
        ];

        Assert.Equal(expected, (report with { Rows = rows, PerClass = perClass }).Provisional);
    }

    [Fact]
    public void Evaluate_OfADecision_WeighsFalseAlarmsByTheOddsOfTheThreshold()
    {
        var benefit = Judged.Evaluate(
            Classes("NPYY"), [[.6, .2, .2], [.1, .4, .5], [.1, .2, .7], [.5, .3, .2]], Features([5, 6, 7, 7]), seed: 1).NetBenefit!;

        // t = 0.20: all four are treated. t = 0.50: the third rightly, the second wrongly, at odds of 1. t = 0.70: the third alone.
        Assert.Equal((99, 0.2, 0.5), (benefit.Thresholds.Count, benefit.Thresholds[19], benefit.Thresholds[49]));
        Assert.Equal((2 - (2 * .25)) / 4, benefit.Diabetes.Model[19], 12);
        Assert.Equal((1 - 1) / 4.0, benefit.Diabetes.Model[49], 12);
        Assert.Equal(0.25, benefit.Diabetes.Model[69], 12);
        Assert.Equal(0, benefit.Diabetes.Model[70], 12);
        Assert.Equal(0, benefit.Diabetes.TreatAll[49], 12);

        // At least Prediabetes at t = 0.50: 0.4 stays, 0.9, 0.9 and 0.5 are treated, all rightly.
        Assert.Equal(0.75, benefit.AtLeastPrediabetes.Model[49], 12);
        Assert.Equal((3 - 1) / 4.0, benefit.AtLeastPrediabetes.TreatAll[49], 12);
    }

    [Fact]
    public void Evaluate_OfProbabilities_ScoresRanksAndEachClassesCalibration()
    {
        var report = Judged.Evaluate(Classes("NY"), [[.7, .2, .1], [.3, .5, .2]], Features([5, 7]), seed: 1);

        // Cumulated .7 and .9 against 1 and 1; .3 and .8 against 0 and 0.
        Assert.Equal((.09 + .01 + .09 + .64) / 2, report.RankedProbabilityScore!.Value, 12);
        AssertClose([.5, .35, .15], report.CalibrationByClass!.Classes.Select(c => c.MeanPredicted));
        AssertClose([.5, 0, .5], report.CalibrationByClass.Classes.Select(c => c.ObservedShare));
        Assert.Equal(.35, report.CalibrationByClass.LargestDifference, 12);
    }

    [Fact]
    public void Evaluate_OfRecalls_HasIntervalsWhereThereAreThreeRows()
    {
        var recall = Simulated((60, 50), (2, 1), (100, 100)).ConfidenceIntervals.Recall!;

        // Binomial(60, 5/6)/60: quantiles 44/60 and 55/60 (scipy).
        Assert.InRange(recall[DiabetesClass.Negative]!.Low, 43 / 60.0, 45 / 60.0);
        Assert.InRange(recall[DiabetesClass.Negative]!.High, 54 / 60.0, 56 / 60.0);
        Assert.Null(recall[DiabetesClass.Prediabetes]);
        Assert.Equal((1, 1), (recall[DiabetesClass.Diabetes]!.Low, recall[DiabetesClass.Diabetes]!.High));
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Evaluate_WhenThereAreAMillionRows_KeepsTwentyFiveBytesOfEach()
    {
        const int Rows = 1_000_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = new JudgedRows(Rows);
        var random = new SeededRandom(3, RandomPurpose.Sample);
        Span<double> p = stackalloc double[3];
        for (var i = 0; i < Rows; i++)
        {
            p[0] = random.NextDouble();
            p[1] = (1 - p[0]) / 2;
            p[2] = p[1];
            rows.Add((DiabetesClass)(i % 3), new PatientFeatures(6, i % 90, 25, (Gender)(i % 2)), p);
        }

        var collected = GC.GetAllocatedBytesForCurrentThread() - before;
        var report = Evaluator.Evaluate(rows, seed: 1);

        Assert.Equal(Rows, report.Rows);
        Assert.InRange(collected, 0, 26_000_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80_000_000);
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Plausible_OverManySimulations_CoversEachClassNineTimesOfTen()
    {
        const int Simulations = 1_000;
        var random = new SeededRandom(5, RandomPurpose.Sample);
        var covered = new int[3];
        for (var s = 0; s < Simulations; s++)
        {
            var rows = new JudgedRows();

            // 89, 29 and 59 rows, for which 0.9·(n + 1) is a whole number: the coverage is then exactly 0.90, not more.
            for (var i = 0; i < 177; i++)
            {
                var c = i < 89 ? DiabetesClass.Negative : i < 118 ? DiabetesClass.Prediabetes : DiabetesClass.Diabetes;
                rows.Add(c, Features([6])[0], Drawn(random, c));
            }

            var sets = PlausibleSets.Of(rows);
            foreach (var c in DiabetesClasses.All)
            {
                covered[(int)c] += sets.Plausible(Drawn(random, c)).Contains(c) ? 1 : 0;
            }
        }

        Assert.All(covered, n => Assert.InRange(n, 870, 930));
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void Plausible_WhenAClassHasFewRows_IncludesItAlways(int rows, bool always)
    {
        var judged = new JudgedRows();
        for (var i = 0; i < rows; i++)
        {
            judged.Add(DiabetesClass.Prediabetes, Features([6])[0], [.1, .8, .1]);
        }

        var sets = Evaluator.Evaluate(judged, seed: 1).Sets!;

        Assert.Equal(always, sets.Plausible([0.5, 0, 0.5]).Contains(DiabetesClass.Prediabetes));
        Assert.Contains(DiabetesClass.Prediabetes, sets.Plausible([.1, .8, .1]));
    }

    [Fact]
    public void Sets_WhenAClassHasNineteenRows_HaveTheEighteenthStrangenessAsThreshold()
    {
        var judged = new JudgedRows();
        for (var i = 1; i <= 19; i++)
        {
            judged.Add(DiabetesClass.Negative, Features([6])[0], [1, 0, 0]);
            judged.Add(DiabetesClass.Diabetes, Features([6])[0], [1 - (i * .05), 0, i * .05]);
        }

        var sets = PlausibleSets.Of(judged);

        // ⌈0.9·20⌉ = 18, and 1 − p is 0.05, 0.10 … 0.95.
        Assert.Equal(.9, sets.Quantiles[DiabetesClass.Diabetes]!.Value, 12);
        Assert.Equal(0, sets.Quantiles[DiabetesClass.Negative]);
        Assert.Null(sets.Quantiles[DiabetesClass.Prediabetes]);
        Assert.Contains(DiabetesClass.Diabetes, sets.Plausible([.9, 0, 2 * .05]));
        Assert.DoesNotContain(DiabetesClass.Diabetes, sets.Plausible([.91, 0, .09]));
    }

    [Fact]
    public void Evaluate_WhenThereIsNoRow_Throws() =>
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(new JudgedRows(), seed: 1));

    [Theory]
    [InlineData(double.NaN, 0.5, 0.5)]
    [InlineData(double.PositiveInfinity, 0, 0)]
    [InlineData(1.5, -0.5, 0)]
    [InlineData(0.2, 0.2, 0.2)]
    [InlineData(3.1, -0.4, 1.2)]
    public void Evaluate_WhenValuesAreNoProbabilities_Throws(double a, double b, double c) =>
        Assert.Throws<ArgumentException>(() => Judged.Evaluate([DiabetesClass.Negative], [[a, b, c]], Features([5]), seed: 1));

    [Theory]
    [InlineData(5.69, DiabetesClass.Negative)]
    [InlineData(5.7, DiabetesClass.Prediabetes)]
    [InlineData(6.49, DiabetesClass.Prediabetes)]
    [InlineData(6.5, DiabetesClass.Diabetes)]
    public void Classify_WhenHbA1cIsAroundALimit_FollowsTheRule(double value, DiabetesClass expected) =>
        Assert.Equal(expected, AdaRule.Classify(Features([value])[0]));

    [Fact]
    public void PredictedClass_WhenTied_IsTheLowest()
    {
        Assert.Equal(DiabetesClass.Negative, Evaluator.PredictedClass([.4, .4, .2]));
        Assert.Equal(DiabetesClass.Prediabetes, Evaluator.PredictedClass([.2, .4, .4]));
        Assert.Equal(DiabetesClass.Diabetes, Evaluator.PredictedClass([.2, .2, .6]));
    }

    /// <summary>Probabilities of a made-up patient of a class: the class's own is uniform.</summary>
    private static double[] Drawn(SeededRandom random, DiabetesClass truth)
    {
        var own = random.NextDouble();
        return [.. DiabetesClasses.All.Select(c => c == truth ? own : (1 - own) / 2)];
    }

    /// <summary>Rows and right predictions of each class; a wrong prediction is the next class.</summary>
    private static EvaluationReport Simulated((int Rows, int Right) n, (int Rows, int Right) p, (int Rows, int Right) y, int seed = 42)
    {
        var truth = new List<DiabetesClass>();
        var probabilities = new List<double[]>();
        foreach (var (c, (rows, right)) in DiabetesClasses.All.Zip([n, p, y]))
        {
            for (var i = 0; i < rows; i++)
            {
                truth.Add(c);
                double[] row = [.1, .1, .1];
                row[i < right ? (int)c : ((int)c + 1) % 3] = .8;
                probabilities.Add(row);
            }
        }

        return Judged.Evaluate(truth, probabilities, Features([.. truth.Select(_ => 6.0)]), seed);
    }

    private static DiabetesClass[] Classes(string letters) =>
        [.. letters.Select(l => DiabetesClasses.TryParse([l], out var value) ? value : throw new ArgumentException("Unknown letter."))];

    private static PatientFeatures[] Features(double[] hba1c) => [.. hba1c.Select(h => new PatientFeatures(h, 50, 25, Gender.F))];

    private static void AssertClose(double[] expected, IEnumerable<double> actual) =>
        Assert.All(expected.Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 12));
}
