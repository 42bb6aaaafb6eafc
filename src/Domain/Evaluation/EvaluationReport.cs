using System.Text.Json.Serialization;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// What a version's predictions came to on its held-out rows, in their natural class distribution. Meanings are
/// scikit-learn's; where a denominator is zero the value is 0.
/// </summary>
/// <param name="Rows">Held-out rows.</param>
/// <param name="Accuracy">Share 0..1 of rows whose predicted class is the true one.</param>
/// <param name="F1Score">Macro mean 0..1 over the classes that occur in truth or predictions.</param>
/// <param name="Precision">Macro mean 0..1 over the same classes.</param>
/// <param name="Recall">Macro mean 0..1 over the same classes.</param>
/// <param name="Loss">Mean log loss, natural log, probabilities clipped to [1e-15, 1 − 1e-15] and not normalised again.</param>
/// <param name="BalancedAccuracy">Mean recall 0..1 over the classes that occur in truth.</param>
/// <param name="BrierScore">Mean over rows of the squared distance of the probabilities from the truth, summed over classes: 0..2.</param>
/// <param name="CalibrationError">Expected calibration error 0..1: the gap of each bin of <paramref name="Calibration"/>, weighted by its rows.</param>
/// <param name="Calibration">The 15 bins of a reliability diagram, ascending.</param>
/// <param name="ConfusionMatrix">Rows counted by true class × predicted class, 3 × 3 in class order.</param>
/// <param name="PerClass">One entry for each of the three classes, in class order, also for one that doesn't occur.</param>
/// <param name="BeatsBaselines">
/// Whether <paramref name="F1Score"/> is strictly higher than that of every baseline. Accuracy isn't asked: a network trained on
/// balanced classes gives some of the largest class's accuracy away for the small ones, on purpose.
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
    bool BeatsBaselines)
{
    /// <summary>The five figures that lists show; not stored, as the report holds them already.</summary>
    [JsonIgnore]
    public HeadlineMetrics Headline => new(Accuracy, F1Score, Precision, Recall, Loss);
}

/// <summary>Area under the ROC curve, each class against the rest.</summary>
/// <param name="PerClass">0..1 for each of the three classes; null where every row or no row is of the class.</param>
/// <param name="Macro">Plain mean over the classes that have a value; null when none has.</param>
public sealed record RocAuc(IReadOnlyDictionary<DiabetesClass, double?> PerClass, double? Macro);

/// <summary>One bin of a reliability diagram: rows whose highest probability lies in (<paramref name="Lower"/>, <paramref name="Upper"/>].</summary>
/// <param name="Count">Rows in the bin.</param>
/// <param name="MeanConfidence">Mean of the highest probability, null in an empty bin.</param>
/// <param name="Accuracy">Share of right predictions, null in an empty bin.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Count, double? MeanConfidence, double? Accuracy);

/// <summary>How one class fared.</summary>
/// <param name="F1Score">2TP / (2TP + FP + FN).</param>
/// <param name="Support">Rows that are truly of the class.</param>
/// <param name="ZeroDivision">Whether a denominator was zero, so that a 0 here means "undefined" rather than "bad".</param>
public sealed record ClassMetrics(
    DiabetesClass Class, double Precision, double Recall, double F1Score, int Support, bool ZeroDivision);

/// <summary>Bootstrap intervals of the two figures that versions are judged by.</summary>
public sealed record MetricIntervals(ConfidenceInterval Accuracy, ConfidenceInterval F1Score);

/// <summary>A percentile interval of a bootstrap stratified by true class.</summary>
/// <param name="Level">Coverage meant, 0..1.</param>
/// <param name="Resamples">Number of resamples drawn.</param>
public sealed record ConfidenceInterval(double Low, double High, double Level, int Resamples);

/// <summary>What a rule without any training reaches on the same rows.</summary>
/// <param name="F1Score">Macro mean over the classes that occur in truth or in the rule's predictions.</param>
public sealed record BaselineMetrics(string Name, double Accuracy, double F1Score);
