using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>What a comparison comes to, said of the candidate.</summary>
public enum ComparisonVerdict
{
    /// <summary>Fewer than <see cref="ModelComparison.MinimumDiscordant"/> discordant rows: no p-value could be below 0.05.</summary>
    NotEnoughData = 0,

    /// <summary>None of the others.</summary>
    Undecided = 1,

    /// <summary>The interval of Δ macro F1 lies within ±<see cref="ModelComparison.EquivalenceMargin"/>.</summary>
    Equivalent = 2,

    /// <summary>Exact p below 0.05, and the interval of Δ macro F1 above 0.</summary>
    Better = 3,

    /// <summary>The interval of Δ macro F1 lies below 0.</summary>
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
/// <param name="RecallChange">Candidate − baseline of each class; null for a class without a row.</param>
/// <param name="SuggestActivation">
/// Better, and the recall of Diabetes doesn't fall. False where no row is Diabetes: then nobody knows whether it falls.
/// </param>
/// <param name="RowsNeeded">
/// Rows that would decide a gain in accuracy of <see cref="DecidableGain"/> (<see cref="McNemar.RowsNeeded"/>); null where the
/// verdict is decided. A figure below <paramref name="Rows"/> says that the gain, if there is one, is probably smaller than that.
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
    int? RowsNeeded)
{
    public const int DefaultResamples = 10_000;
    public const double Level = 0.95;
    public const double Significance = 0.05;
    public const double EquivalenceMargin = 0.02;
    public const double DecidableGain = 0.02;
    public const int MinimumDiscordant = 6;

    /// <summary>Compares the predicted classes of two versions, row by row.</summary>
    /// <param name="seed">Seeds the resamples; nothing else is random.</param>
    /// <param name="resamples">Resamples of the paired bootstrap; fewer make the interval coarser.</param>
    /// <exception cref="ArgumentException">No rows, lists of different lengths, or a value that is no class.</exception>
    public static ModelComparison Compare(
        IReadOnlyList<DiabetesClass> truth,
        IReadOnlyList<DiabetesClass> baselinePredictions,
        IReadOnlyList<DiabetesClass> candidatePredictions,
        int seed,
        int resamples = DefaultResamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var baseline = ConfusionMatrix.Count(truth, baselinePredictions);
        var candidate = ConfusionMatrix.Count(truth, candidatePredictions);
        var joint = new int[DiabetesClasses.Count * ConfusionMatrix.Cells];
        for (var i = 0; i < truth.Count; i++)
        {
            var change = ((int)baselinePredictions[i] * DiabetesClasses.Count) + (int)candidatePredictions[i];
            joint[((int)truth[i] * ConfusionMatrix.Cells) + change]++;
        }

        var table = Tabulate(joint);
        var (p, midP) = McNemar.PValues(table.OnlyCandidateRight, table.OnlyBaselineRight);
        var (low, high) = Bootstrap(joint, seed, resamples);
        var delta = new MetricDelta(ConfusionMatrix.MacroF1(candidate) - ConfusionMatrix.MacroF1(baseline), low, high);
        var recallChange = DiabetesClasses.All.ToDictionary(c => c, c => ChangeOfRecall(baseline, candidate, c));
        var discordant = table.OnlyCandidateRight + table.OnlyBaselineRight;
        var verdict = Judge(discordant, p, delta);
        return new ModelComparison(
            truth.Count,
            table,
            p,
            midP,
            delta,
            ConfusionMatrix.ToRows(ConfusionMatrix.Count(baselinePredictions, candidatePredictions)),
            recallChange,
            verdict,
            SuggestActivation: verdict == ComparisonVerdict.Better && recallChange[DiabetesClass.Diabetes] >= 0,
            RowsNeeded: verdict is ComparisonVerdict.NotEnoughData or ComparisonVerdict.Undecided
                ? McNemar.RowsNeeded(discordant, truth.Count, DecidableGain)
                : null);
    }

    private static ComparisonVerdict Judge(int discordant, double p, MetricDelta delta) => delta switch
    {
        _ when discordant < MinimumDiscordant => ComparisonVerdict.NotEnoughData,
        { Low: > 0 } when p < Significance => ComparisonVerdict.Better,
        { High: < 0 } => ComparisonVerdict.Worse,
        { Low: >= -EquivalenceMargin, High: <= EquivalenceMargin } => ComparisonVerdict.Equivalent,
        _ => ComparisonVerdict.Undecided,
    };

    private static ComparisonTable Tabulate(int[] joint)
    {
        int both = 0, onlyCandidate = 0, onlyBaseline = 0, none = 0;
        for (var i = 0; i < joint.Length; i++)
        {
            var (truth, baseline, candidate) = Unpack(i);
            switch (baseline == truth, candidate == truth)
            {
                case (true, true):
                    both += joint[i];
                    break;
                case (false, true):
                    onlyCandidate += joint[i];
                    break;
                case (true, false):
                    onlyBaseline += joint[i];
                    break;
                default:
                    none += joint[i];
                    break;
            }
        }

        return new ComparisonTable(both, onlyCandidate, onlyBaseline, none);
    }

    private static (double Low, double High) Bootstrap(int[] joint, int seed, int resamples)
    {
        var bootstrap = new StratifiedBootstrap(joint, ConfusionMatrix.Cells);
        var random = new SeededRandom(seed, RandomPurpose.Bootstrap);
        var deltas = new double[resamples];
        Span<int> drawn = stackalloc int[joint.Length];
        Span<int> baseline = stackalloc int[ConfusionMatrix.Cells];
        Span<int> candidate = stackalloc int[ConfusionMatrix.Cells];
        for (var r = 0; r < resamples; r++)
        {
            bootstrap.Draw(random, drawn);
            baseline.Clear();
            candidate.Clear();
            for (var i = 0; i < drawn.Length; i++)
            {
                var (truth, baselineClass, candidateClass) = Unpack(i);
                baseline[(truth * DiabetesClasses.Count) + baselineClass] += drawn[i];
                candidate[(truth * DiabetesClasses.Count) + candidateClass] += drawn[i];
            }

            deltas[r] = ConfusionMatrix.MacroF1(candidate) - ConfusionMatrix.MacroF1(baseline);
        }

        return StratifiedBootstrap.PercentileInterval(deltas, Level);
    }

    private static (int Truth, int Baseline, int Candidate) Unpack(int cell) =>
        (cell / ConfusionMatrix.Cells, cell / DiabetesClasses.Count % DiabetesClasses.Count, cell % DiabetesClasses.Count);

    private static double? ChangeOfRecall(int[] baseline, int[] candidate, DiabetesClass value)
    {
        var diagonal = (int)value * (DiabetesClasses.Count + 1);
        var support = ConfusionMatrix.Support(baseline, (int)value);
        return support == 0 ? null : (double)(candidate[diagonal] - baseline[diagonal]) / support;
    }
}
