using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>What a comparison comes to, said of the candidate.</summary>
public enum ComparisonVerdict
{
    /// <summary>
    /// Fewer than <see cref="ModelComparison.MinimumDiscordant"/> discordant rows, so that no p-value could be below 0.05, or fewer than
    /// <see cref="ModelComparison.MinimumRows"/> rows at all.
    /// </summary>
    NotEnoughData = 0,

    /// <summary>None of the others.</summary>
    Undecided = 1,

    /// <summary>The interval of Δ macro F1 lies within ±<see cref="ModelComparison.EquivalenceMargin"/>.</summary>
    Equivalent = 2,

    /// <summary>Exact p below the comparison's level, and the interval of Δ macro F1 above 0.</summary>
    Better = 3,

    /// <summary>Exact p below the comparison's level, and the interval of Δ macro F1 below 0.</summary>
    Worse = 4,
}

/// <summary>Rows counted by which of the two versions is right.</summary>
public sealed record ComparisonTable(int BothRight, int OnlyCandidateRight, int OnlyBaselineRight, int BothWrong);

/// <summary>Candidate − baseline, with its 95 % interval.</summary>
public sealed record MetricDelta(double Value, double Low, double High);

/// <summary>Two versions on the same rows, none of which either has trained on.</summary>
/// <param name="PValue">Exact McNemar p-value, two-sided.</param>
/// <param name="MidP">The mid-p-value beside it; informs, decides nothing.</param>
/// <param name="DeltaMacroF1">With a percentile interval of a paired bootstrap, stratified by true class.</param>
/// <param name="ClassChanges">Rows counted by the baseline's class × the candidate's class, 3 × 3 in class order.</param>
/// <param name="RecallChange">Candidate − baseline of each class; null for a class of fewer than 3 rows.</param>
/// <param name="SuggestActivation">
/// Better, and the recall of Diabetes doesn't fall. False with fewer than 3 rows of Diabetes: then nobody knows whether it falls.
/// </param>
/// <param name="RowsNeeded">
/// Rows that would decide a gain in accuracy of <see cref="DecidableGain"/> (<see cref="McNemar.RowsNeeded"/>); null where the
/// verdict is decided. A figure below <paramref name="Rows"/> says that the gain, if there is one, is probably smaller than that.
/// </param>
/// <param name="DeltaLogLoss">
/// Mean of candidate − baseline with a 95 % normal interval; below 0 is better. Null for one row, and in comparisons stored before this
/// figure existed, as are the members that follow.
/// </param>
/// <param name="Figures">What each of the two comes to on these very rows.</param>
/// <param name="Subgroups">One entry for each of <see cref="Subgroup.All"/>, in that order.</param>
/// <param name="SignificanceLevel">Level that <paramref name="PValue"/> had to be below (<see cref="LevelOf"/>).</param>
/// <param name="EarlierLooks">Earlier comparisons on these rows that the level allows for.</param>
/// <param name="FewRows">Whether fewer than <see cref="MinimumRows"/> rows could judge both versions.</param>
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

    /// <summary>Fewer rows than this decide nothing.</summary>
    public const int MinimumRows = 30;

    /// <summary>Level of every look at the same rows after the first.</summary>
    public const double LaterSignificance = 0.02;

    /// <summary>
    /// The level that a p-value has to be below, by the number of earlier looks at the same rows. Each retraining is compared on nearly the
    /// same patients, so at 5 % every time a version that is only equally good would sooner or later be called better. The first look keeps
    /// <see cref="Significance"/>, each later one has <see cref="LaterSignificance"/>. Half of a two-sided level lies on the side
    /// "better", so by Bonferroni's inequality ten looks in a row call an equal version better with a probability of at most 0.05/2 + 9·0.02/2 = 11.5 %,
    /// and any ten later ones with at most 10 %, however the looks depend on each other. The exact test stays well below its nominal level,
    /// and the interval must agree: in the simulation of ModelComparisonTests (600 rows, ten looks) it is about half of that.
    /// The level doesn't fall further, so that a version that is really better is found at the hundredth look as at the second.
    /// </summary>
    /// <param name="earlierLooks">0 for rows that no comparison has looked at before.</param>
    public static double LevelOf(int earlierLooks) => earlierLooks == 0 ? Significance : LaterSignificance;

    /// <param name="joint">Counts of all rows, at least one.</param>
    /// <param name="baselineLogLoss">Mean log loss of the baseline.</param>
    /// <param name="deltaLogLoss">Candidate − baseline of each row.</param>
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

/// <summary>Both versions on the same rows.</summary>
public sealed record ComparedFigures(VersionFigures Baseline, VersionFigures Candidate);

/// <summary>One version on the rows of a comparison.</summary>
/// <param name="ConfusionMatrix">Rows counted by true class × predicted class, 3 × 3 in class order.</param>
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

/// <summary>Two versions on the patients of a subgroup; informs, decides nothing.</summary>
/// <param name="Rows">Rows of the subgroup, 0 possible.</param>
/// <param name="DeltaMacroF1">As for all rows, with <see cref="Subgroup.Resamples"/> resamples; null without a row.</param>
/// <param name="DeltaLogLoss">As for all rows; null below two rows.</param>
/// <param name="RecallChange">Candidate − baseline of each class; null for a class of fewer than 3 rows.</param>
/// <param name="Few">Whether a class has fewer than <see cref="Subgroup.FewRows"/> rows: too few to rely on.</param>
public sealed record SubgroupComparison(
    Subgroup Group,
    int Rows,
    MetricDelta? DeltaMacroF1,
    MetricDelta? DeltaLogLoss,
    IReadOnlyDictionary<DiabetesClass, double?> RecallChange,
    MissedDiabetes BaselineMissed,
    MissedDiabetes CandidateMissed,
    bool Few);
