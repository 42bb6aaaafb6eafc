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
/// <param name="RankedProbabilityScore">
/// Mean over rows of the squared distances of the two cumulated probabilities from the cumulated truth, 0..2 (Epstein, 1969): unlike
/// <paramref name="BrierScore"/> it knows that Prediabetes lies between the others. Null in reports stored before this figure existed,
/// as are the members that follow.
/// </param>
/// <param name="Sets">From which probability on a class is plausible.</param>
/// <param name="Subgroups">One entry for each of <see cref="Subgroup.All"/>, in that order.</param>
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
    IReadOnlyList<SubgroupMetrics>? Subgroups = null)
{
    /// <summary>A report on fewer rows is provisional.</summary>
    public const int ProvisionalRows = 200;

    /// <summary>A report with fewer rows of a class is provisional.</summary>
    public const int ProvisionalClassRows = 10;

    /// <summary><see cref="Rows"/> under the contract's name.</summary>
    public int JudgedRows => Rows;

    public MissedDiabetes MissedDiabetes => Evaluation.MissedDiabetes.In(ConfusionMatrix);

    /// <summary>Whether fewer than 200 rows judged the version, or fewer than 10 of a class.</summary>
    public bool Provisional => Rows < ProvisionalRows || PerClass.Any(c => c.Support < ProvisionalClassRows);

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
/// <param name="Recall">Share found 0..1; null where fewer than <see cref="MinimumRows"/> rows are of the class.</param>
/// <param name="F1Score">2TP / (2TP + FP + FN).</param>
/// <param name="Support">Rows that are truly of the class.</param>
/// <param name="ZeroDivision">Whether a denominator was zero, so that a 0 here means "undefined" rather than "bad".</param>
public sealed record ClassMetrics(
    DiabetesClass Class, double Precision, double? Recall, double F1Score, int Support, bool ZeroDivision)
{
    /// <summary>A recall over fewer rows says nothing.</summary>
    public const int MinimumRows = 3;

    // Reports stored earlier hold a number here also for fewer rows.
    public double? Recall { get; init; } = Support < MinimumRows ? null : Recall;
}

/// <summary>Bootstrap intervals of the figures that versions are judged by.</summary>
/// <param name="Recall">
/// Of each class, null where its recall is; null as a whole in reports stored before this figure existed.
/// </param>
public sealed record MetricIntervals(
    ConfidenceInterval Accuracy,
    ConfidenceInterval F1Score,
    IReadOnlyDictionary<DiabetesClass, ConfidenceInterval?>? Recall = null);

/// <summary>A percentile interval of a bootstrap stratified by true class.</summary>
/// <param name="Level">Coverage meant, 0..1.</param>
/// <param name="Resamples">Number of resamples drawn.</param>
public sealed record ConfidenceInterval(double Low, double High, double Level, int Resamples);

/// <summary>What a rule without any training reaches on the same rows.</summary>
/// <param name="F1Score">Macro mean over the classes that occur in truth or in the rule's predictions.</param>
public sealed record BaselineMetrics(string Name, double Accuracy, double F1Score);

/// <summary>Calibration in the large, by class: whether as many patients of a class occur as the probabilities promise.</summary>
/// <param name="Classes">One entry for each of the three classes, in class order.</param>
/// <param name="LargestDifference">The largest |mean predicted − observed share|, 0..1.</param>
public sealed record ClassCalibrations(IReadOnlyList<ClassCalibration> Classes, double LargestDifference);

/// <param name="MeanPredicted">Mean probability of the class over all rows, 0..1.</param>
/// <param name="ObservedShare">Share of rows that are truly of the class, 0..1.</param>
public sealed record ClassCalibration(DiabetesClass Class, double MeanPredicted, double ObservedShare);

/// <summary>
/// Decision curves (Vickers and Elkin, "Decision curve analysis", Medical Decision Making 26, 2006): the net benefit of treating every
/// patient whose probability is at least t is TP/n − FP/n·t/(1 − t). Treating nobody has the net benefit 0 everywhere.
/// </summary>
/// <param name="Thresholds">t = 0.01 … 0.99; the curves have one value for each.</param>
/// <param name="Diabetes">Treated is who has diabetes.</param>
/// <param name="AtLeastPrediabetes">Treated is who has prediabetes or diabetes.</param>
public sealed record NetBenefit(IReadOnlyList<double> Thresholds, NetBenefitCurve Diabetes, NetBenefitCurve AtLeastPrediabetes);

/// <param name="Model">Net benefit of following the model's probability.</param>
/// <param name="TreatAll">Net benefit of treating every patient.</param>
public sealed record NetBenefitCurve(IReadOnlyList<double> Model, IReadOnlyList<double> TreatAll);

/// <summary>The version on the patients of a subgroup.</summary>
/// <param name="Rows">Rows of the subgroup; without any the figures are null.</param>
/// <param name="F1Score">Macro mean over the classes that occur in the subgroup's truth or predictions.</param>
/// <param name="F1Interval">With <see cref="Subgroup.Resamples"/> resamples.</param>
/// <param name="Recall">Of each class; null for a class of fewer than 3 rows.</param>
/// <param name="Few">Whether a class has fewer than <see cref="Subgroup.FewRows"/> rows: too few to rely on.</param>
public sealed record SubgroupMetrics(
    Subgroup Group,
    int Rows,
    double? Accuracy,
    double? F1Score,
    ConfidenceInterval? F1Interval,
    IReadOnlyDictionary<DiabetesClass, double?> Recall,
    MissedDiabetes MissedDiabetes,
    bool Few);
