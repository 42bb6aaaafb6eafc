using System.Text.Json.Serialization;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// The metrics of a version on its hold-out rows, with their natural class distribution. Definitions follow scikit-learn. A metric with a
/// zero denominator is 0.
/// </summary>
/// <param name="Rows">Number of hold-out rows.</param>
/// <param name="Accuracy">Share 0..1 of rows whose predicted class is the true class.</param>
/// <param name="F1Score">Macro mean 0..1 over the classes that occur as true or predicted class.</param>
/// <param name="Precision">Macro mean 0..1 over the same classes.</param>
/// <param name="Recall">Macro mean 0..1 over the same classes.</param>
/// <param name="Loss">
/// Mean log loss (natural log). Probabilities are clipped to [1e-15, 1 − 1e-15] and not renormalised.
/// </param>
/// <param name="BalancedAccuracy">Mean recall 0..1 over the classes that occur as true class.</param>
/// <param name="BrierScore">
/// Multiclass Brier score 0..2: the squared differences between probabilities and truth, summed over classes and averaged over rows.
/// </param>
/// <param name="CalibrationError">
/// Expected calibration error 0..1: the mean gap between confidence and accuracy in the bins of <paramref name="Calibration"/>, weighted
/// by their row counts.
/// </param>
/// <param name="Calibration">The 15 bins of the reliability diagram, in ascending order.</param>
/// <param name="ConfusionMatrix">Row counts by true class × predicted class, 3 × 3 in class order.</param>
/// <param name="PerClass">One entry for each of the three classes in class order, even for a class without rows.</param>
/// <param name="BeatsBaselines">
/// Whether <paramref name="F1Score"/> is strictly higher than that of every baseline. Accuracy isn't compared: training on balanced classes
/// deliberately trades accuracy on the largest class for recall of the smaller classes.
/// </param>
/// <param name="RankedProbabilityScore">
/// Ranked probability score 0..2 (Epstein, 1969): the squared differences between the cumulative probabilities and the cumulative truth,
/// summed over the two inner class limits and averaged over rows. Unlike <paramref name="BrierScore"/> it uses the order of the classes.
/// This parameter and the following ones are null in reports of earlier releases.
/// </param>
/// <param name="CalibrationByClass">Calibration in the large, by class.</param>
/// <param name="NetBenefit">Decision curves.</param>
/// <param name="Sets">Thresholds of the plausible classes (conformal sets).</param>
/// <param name="Subgroups">One entry for each of <see cref="Subgroup.All"/>, in the same order.</param>
/// <param name="MonotonicityViolations">
/// <see cref="Monotonicity.ViolationShare"/> of at most 1,000 patients; 0 when the network guarantees monotonicity.
/// </param>
public sealed record EvaluationReport(
    int Rows,
    double Accuracy,
    double F1Score,
    double Precision,
    double Recall,
    double Loss,
    double BalancedAccuracy,
    RocAuc RocAuc,
    double BrierScore,
    double CalibrationError,
    IReadOnlyList<CalibrationBin> Calibration,
    IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix,
    IReadOnlyList<ClassMetrics> PerClass,
    MetricIntervals ConfidenceIntervals,
    IReadOnlyList<BaselineMetrics> Baselines,
    bool BeatsBaselines,
    double? RankedProbabilityScore = null,
    ClassCalibrations? CalibrationByClass = null,
    NetBenefit? NetBenefit = null,
    PlausibleSets? Sets = null,
    IReadOnlyList<SubgroupMetrics>? Subgroups = null,
    double? MonotonicityViolations = null)
{
    /// <summary>A report with fewer hold-out rows is provisional.</summary>
    public const int ProvisionalRows = 200;

    /// <summary>A report with fewer hold-out rows of any class is provisional.</summary>
    public const int ProvisionalClassRows = 10;

    /// <summary>The same value as <see cref="Rows"/>, under the name of the API contract.</summary>
    public int JudgedRows => Rows;

    public MissedDiabetes MissedDiabetes => Evaluation.MissedDiabetes.In(ConfusionMatrix);

    /// <summary>Whether the report has fewer than 200 hold-out rows, or fewer than 10 of any class.</summary>
    public bool Provisional => Rows < ProvisionalRows || PerClass.Any(c => c.Support < ProvisionalClassRows);

    /// <summary>The five metrics for lists. They are not stored again, because the report already contains them.</summary>
    [JsonIgnore]
    public HeadlineMetrics Headline => new(Accuracy, F1Score, Precision, Recall, Loss);
}

/// <summary>Area under the ROC curve, one class versus the rest.</summary>
/// <param name="PerClass">0..1 for each of the three classes; null when all rows or no rows have this true class.</param>
/// <param name="Macro">Unweighted mean over the classes with a value; null when no class has a value.</param>
public sealed record RocAuc(IReadOnlyDictionary<DiabetesClass, double?> PerClass, double? Macro);

/// <summary>
/// One bin of a reliability diagram: the rows whose highest probability is in (<paramref name="Lower"/>, <paramref name="Upper"/>].
/// </summary>
/// <param name="Count">Number of rows in the bin.</param>
/// <param name="MeanConfidence">Mean of the highest probability; null for an empty bin.</param>
/// <param name="Accuracy">Share 0..1 of correct predictions; null for an empty bin.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Count, double? MeanConfidence, double? Accuracy);

/// <summary>The metrics of one class.</summary>
/// <param name="Recall">TP / (TP + FN), 0..1; null when the class has fewer than <see cref="MinimumRows"/> rows.</param>
/// <param name="F1Score">2TP / (2TP + FP + FN), 0..1.</param>
/// <param name="Support">Number of rows with this true class.</param>
/// <param name="ZeroDivision">Whether a denominator was zero. A metric of 0 then means "undefined", not "bad".</param>
public sealed record ClassMetrics(
    DiabetesClass Class, double Precision, double? Recall, double F1Score, int Support, bool ZeroDivision)
{
    /// <summary>Minimum number of rows for a meaningful recall.</summary>
    public const int MinimumRows = 3;

    // Reports of earlier releases store a number even when the class has fewer rows; the initializer replaces it with null.
    public double? Recall { get; init; } = Support < MinimumRows ? null : Recall;
}

/// <summary>Bootstrap confidence intervals of the main metrics.</summary>
/// <param name="Recall">
/// The interval of each class's recall; null for a class without a recall. The dictionary is null in reports of earlier releases.
/// </param>
public sealed record MetricIntervals(
    ConfidenceInterval Accuracy,
    ConfidenceInterval F1Score,
    IReadOnlyDictionary<DiabetesClass, ConfidenceInterval?>? Recall = null);

/// <summary>A percentile interval from a bootstrap stratified by true class.</summary>
/// <param name="Level">Nominal coverage, 0..1.</param>
/// <param name="Resamples">Number of bootstrap resamples.</param>
public sealed record ConfidenceInterval(double Low, double High, double Level, int Resamples);

/// <summary>The metrics of a baseline rule, which needs no training, on the same rows.</summary>
/// <param name="F1Score">Macro mean 0..1 over the classes that occur as true class or as prediction of the rule.</param>
/// <param name="MissedDiabetes">Null in reports of earlier releases.</param>
public sealed record BaselineMetrics(string Name, double Accuracy, double F1Score, MissedDiabetes? MissedDiabetes = null);

/// <summary>Calibration in the large, by class: compares the mean predicted probability of a class with its observed share.</summary>
/// <param name="Classes">One entry for each of the three classes, in class order.</param>
/// <param name="LargestDifference">The maximum over the classes of |mean predicted probability − observed share|, 0..1.</param>
public sealed record ClassCalibrations(IReadOnlyList<ClassCalibration> Classes, double LargestDifference);

/// <param name="MeanPredicted">Mean probability of the class over all rows, 0..1.</param>
/// <param name="ObservedShare">Share of rows with this true class, 0..1.</param>
public sealed record ClassCalibration(DiabetesClass Class, double MeanPredicted, double ObservedShare);

/// <summary>
/// Decision curves (Vickers and Elkin, "Decision curve analysis", Medical Decision Making 26, 2006). When every patient with a probability
/// of at least t is treated, the net benefit is TP/n − FP/n·t/(1 − t). When nobody is treated, it is 0.
/// </summary>
/// <param name="Thresholds">The thresholds t = 0.01 … 0.99. Each curve has one value for each threshold.</param>
/// <param name="Diabetes">The curve for treating diabetes.</param>
/// <param name="AtLeastPrediabetes">The curve for treating prediabetes or diabetes.</param>
public sealed record NetBenefit(IReadOnlyList<double> Thresholds, NetBenefitCurve Diabetes, NetBenefitCurve AtLeastPrediabetes);

/// <param name="Model">Net benefit when the model's probability decides who is treated.</param>
/// <param name="TreatAll">Net benefit when every patient is treated.</param>
public sealed record NetBenefitCurve(IReadOnlyList<double> Model, IReadOnlyList<double> TreatAll);

/// <summary>The metrics of a version on the patients of a subgroup.</summary>
/// <param name="Rows">Number of rows of the subgroup. When it is 0, accuracy and F1 are null.</param>
/// <param name="F1Score">Macro mean 0..1 over the classes that occur as true or predicted class in the subgroup.</param>
/// <param name="F1Interval">Confidence interval from <see cref="Subgroup.Resamples"/> resamples.</param>
/// <param name="Recall">Recall of each class; null for a class with fewer than 3 rows.</param>
/// <param name="Few">Whether a class has fewer than <see cref="Subgroup.FewRows"/> rows, so the metrics are unreliable.</param>
public sealed record SubgroupMetrics(
    Subgroup Group,
    int Rows,
    double? Accuracy,
    double? F1Score,
    ConfidenceInterval? F1Interval,
    IReadOnlyDictionary<DiabetesClass, double?> Recall,
    MissedDiabetes MissedDiabetes,
    bool Few);
