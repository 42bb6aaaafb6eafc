using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>The result of a comparison, from the point of view of the candidate.</summary>
public enum ComparisonVerdict
{
    /// <summary>
    /// There are fewer than <see cref="ModelComparison.MinimumRows"/> rows, or fewer than
    /// <see cref="ModelComparison.MinimumDiscordant"/> discordant rows. With so few discordant rows the exact p-value can't be below 0.05.
    /// </summary>
    NotEnoughData = 0,

    /// <summary>No other verdict applies.</summary>
    Undecided = 1,

    /// <summary>The interval of Δ macro F1 is within ±<see cref="ModelComparison.EquivalenceMargin"/>.</summary>
    Equivalent = 2,

    /// <summary>The exact p-value is below the significance level, and the interval of Δ macro F1 is above 0.</summary>
    Better = 3,

    /// <summary>The exact p-value is below the significance level, and the interval of Δ macro F1 is below 0.</summary>
    Worse = 4,
}

/// <summary>Row counts by which of the two versions predicts the true class: the 2 × 2 table of McNemar's test.</summary>
public sealed record ComparisonTable(int BothRight, int OnlyCandidateRight, int OnlyBaselineRight, int BothWrong);

/// <summary>The difference candidate − baseline of a metric, with its 95 % confidence interval.</summary>
public sealed record MetricDelta(double Value, double Low, double High);

/// <summary>The comparison of two versions on common hold-out rows: neither version was trained on these rows.</summary>
/// <param name="PValue">Exact two-sided p-value of McNemar's test.</param>
/// <param name="MidP">Two-sided mid-p-value of McNemar's test. It is for information only and doesn't affect the verdict.</param>
/// <param name="DeltaMacroF1">
/// Macro F1 difference with the percentile interval of a paired bootstrap, stratified by true class.
/// </param>
/// <param name="ClassChanges">Row counts by the baseline's class × the candidate's class, 3 × 3 in class order.</param>
/// <param name="RecallChange">
/// Recall difference candidate − baseline of each class; null for a class with fewer than 3 rows.
/// </param>
/// <param name="SuggestActivation">
/// Whether the verdict is Better and the recall of Diabetes doesn't decrease. With fewer than 3 rows of Diabetes the recall is unknown, so
/// the value is false.
/// </param>
/// <param name="RowsNeeded">
/// Number of rows that would detect a gain in accuracy of <see cref="DecidableGain"/> (<see cref="McNemar.RowsNeeded"/>). Null unless the
/// verdict is NotEnoughData or Undecided. A value below <paramref name="Rows"/> means that the true gain is probably smaller.
/// </param>
/// <param name="DeltaLogLoss">
/// Mean log loss difference candidate − baseline with a 95 % normal interval. Below 0 the candidate is better. Null for a single row.
/// This parameter and the following ones are null in comparisons of earlier releases.
/// </param>
/// <param name="Figures">The metrics of each version on these rows.</param>
/// <param name="Subgroups">One entry for each of <see cref="Subgroup.All"/>, in the same order.</param>
/// <param name="SignificanceLevel">The level with which <paramref name="PValue"/> was compared (<see cref="LevelOf"/>).</param>
/// <param name="EarlierLooks">Number of earlier comparisons on these rows, which determines the level.</param>
/// <param name="FewRows">
/// Whether there are fewer than <see cref="MinimumRows"/> common hold-out rows. False in comparisons of earlier releases.
/// </param>
public sealed record ModelComparison(
    int Rows,
    ComparisonTable Table,
    double PValue,
    double MidP,
    MetricDelta DeltaMacroF1,
    IReadOnlyList<IReadOnlyList<int>> ClassChanges,
    IReadOnlyDictionary<DiabetesClass, double?> RecallChange,
    ComparisonVerdict Verdict,
    bool SuggestActivation,
    int? RowsNeeded,
    MetricDelta? DeltaLogLoss = null,
    ComparedFigures? Figures = null,
    IReadOnlyList<SubgroupComparison>? Subgroups = null,
    double? SignificanceLevel = null,
    int? EarlierLooks = null,
    bool FewRows = false)
{
    public const int DefaultResamples = 10_000;
    public const double Level = 0.95;
    public const double Significance = 0.05;
    public const double EquivalenceMargin = 0.02;
    public const double DecidableGain = 0.02;
    public const int MinimumDiscordant = 6;

    /// <summary>Minimum number of rows. With fewer rows the verdict is <see cref="ComparisonVerdict.NotEnoughData"/>.</summary>
    public const int MinimumRows = 30;

    /// <summary>Significance level of every comparison after the first one on the same rows.</summary>
    public const double LaterSignificance = 0.02;

    /// <summary>
    /// The significance level of a comparison, by the number of earlier comparisons (looks) on the same rows.
    /// <para>
    /// The level corrects for multiple testing. Each retraining is compared on nearly the same patients. With a level of 5 % in every
    /// comparison, a version that is only equally good would eventually get the verdict Better. The first look therefore uses
    /// <see cref="Significance"/> and each later look uses <see cref="LaterSignificance"/>.
    /// </para>
    /// <para>
    /// Half of a two-sided level belongs to the verdict Better. By Bonferroni's inequality, the probability that an equal version gets this
    /// verdict in the first ten looks is at most 0.05/2 + 9·0.02/2 = 11.5 %. For any ten later looks it is at most 10 %. These bounds hold
    /// for any dependence between the looks. The actual probability is lower, because the exact test is conservative and the bootstrap
    /// interval must agree: it is about half of the bound in the simulation of ModelComparisonTests (600 rows, ten looks).
    /// </para>
    /// <para>
    /// The level doesn't decrease after the second look, so the power to detect a better version stays constant.
    /// </para>
    /// </summary>
    /// <param name="earlierLooks">Number of earlier comparisons on the same rows; 0 for the first one.</param>
    public static double LevelOf(int earlierLooks) => earlierLooks == 0 ? Significance : LaterSignificance;

    /// <param name="joint">Counts of all rows; at least one row.</param>
    /// <param name="baselineLogLoss">Mean log loss of the baseline.</param>
    /// <param name="deltaLogLoss">Running mean of the log loss difference candidate − baseline over the rows.</param>
    internal static ModelComparison Of(
        JointCounts joint,
        double baselineLogLoss,
        RunningMean deltaLogLoss,
        IReadOnlyList<SubgroupComparison> subgroups,
        int seed,
        int earlierLooks,
        int resamples)
    {
        var rows = (int)deltaLogLoss.Count;
        var table = joint.Table();
        var (p, midP) = McNemar.PValues(table.OnlyCandidateRight, table.OnlyBaselineRight);
        var delta = joint.DeltaMacroF1(seed, resamples);
        var recallChange = joint.RecallChange();
        var discordant = table.OnlyCandidateRight + table.OnlyBaselineRight;
        var level = LevelOf(earlierLooks);
        var fewRows = rows < MinimumRows;
        var verdict = fewRows ? ComparisonVerdict.NotEnoughData : Judge(discordant, p, delta, level);
        return new ModelComparison(
            Rows: rows,
            Table: table,
            PValue: p,
            MidP: midP,
            DeltaMacroF1: delta,
            ClassChanges: ConfusionMatrix.ToRows(joint.ClassChanges()),
            RecallChange: recallChange,
            Verdict: verdict,
            SuggestActivation: verdict == ComparisonVerdict.Better && recallChange[DiabetesClass.Diabetes] >= 0,
            RowsNeeded: verdict is ComparisonVerdict.NotEnoughData or ComparisonVerdict.Undecided
                ? McNemar.RowsNeeded(discordant, rows, DecidableGain)
                : null,
            DeltaLogLoss: deltaLogLoss.Interval(),
            Figures: new ComparedFigures(
                VersionFigures.Of(joint.Baseline, baselineLogLoss),
                VersionFigures.Of(joint.Candidate, baselineLogLoss + deltaLogLoss.Mean)),
            Subgroups: subgroups,
            SignificanceLevel: level,
            EarlierLooks: earlierLooks,
            FewRows: fewRows);
    }

    private static ComparisonVerdict Judge(int discordant, double p, MetricDelta delta, double level) => delta switch
    {
        _ when discordant < MinimumDiscordant => ComparisonVerdict.NotEnoughData,
        { Low: > 0 } when p < level => ComparisonVerdict.Better,
        { High: < 0 } when p < level => ComparisonVerdict.Worse,
        { Low: >= -EquivalenceMargin, High: <= EquivalenceMargin } => ComparisonVerdict.Equivalent,
        _ => ComparisonVerdict.Undecided,
    };
}

/// <summary>The metrics of both versions on the same rows.</summary>
public sealed record ComparedFigures(VersionFigures Baseline, VersionFigures Candidate);

/// <summary>The metrics of one version on the rows of a comparison.</summary>
/// <param name="ConfusionMatrix">Row counts by true class × predicted class, 3 × 3 in class order.</param>
/// <param name="PerClass">One entry for each of the three classes, in class order.</param>
public sealed record VersionFigures(
    HeadlineMetrics Metrics,
    IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix,
    IReadOnlyList<ClassMetrics> PerClass,
    MissedDiabetes MissedDiabetes)
{
    internal static VersionFigures Of(int[] matrix, double logLoss) => new(
        Evaluation.ConfusionMatrix.Headline(matrix, logLoss),
        Evaluation.ConfusionMatrix.ToRows(matrix),
        [.. DiabetesClasses.All.Select(c => Evaluation.ConfusionMatrix.Of(matrix, c))],
        MissedDiabetes.In(matrix));
}

/// <summary>
/// The comparison of two versions on the patients of a subgroup. It is for information only and doesn't affect the verdict.
/// </summary>
/// <param name="Rows">Number of rows of the subgroup; may be 0.</param>
/// <param name="DeltaMacroF1">
/// Macro F1 difference with an interval from at most <see cref="Subgroup.Resamples"/> resamples; null without rows.
/// </param>
/// <param name="DeltaLogLoss">Mean log loss difference with a 95 % normal interval; null with fewer than two rows.</param>
/// <param name="RecallChange">
/// Recall difference candidate − baseline of each class; null for a class with fewer than 3 rows.
/// </param>
/// <param name="BaselineMissed">False negatives of the baseline in the class Diabetes.</param>
/// <param name="CandidateMissed">False negatives of the candidate in the class Diabetes.</param>
/// <param name="Few">Whether a class has fewer than <see cref="Subgroup.FewRows"/> rows, so the metrics are unreliable.</param>
public sealed record SubgroupComparison(
    Subgroup Group,
    int Rows,
    MetricDelta? DeltaMacroF1,
    MetricDelta? DeltaLogLoss,
    IReadOnlyDictionary<DiabetesClass, double?> RecallChange,
    MissedDiabetes BaselineMissed,
    MissedDiabetes CandidateMissed,
    bool Few);
