using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Row counts by true class × baseline's predicted class × candidate's predicted class, and the comparison metrics that need only these
/// counts.
/// </summary>
internal sealed class JointCounts
{
    private readonly int[] _joint;

    /// <param name="joint">27 counts, flat in the order true class × baseline's class × candidate's class.</param>
    public JointCounts(int[] joint)
    {
        _joint = joint;
        Split(joint, Baseline, Candidate);
    }

    /// <summary>Flat confusion matrix of the baseline.</summary>
    public int[] Baseline { get; } = new int[ConfusionMatrix.Cells];

    /// <summary>Flat confusion matrix of the candidate.</summary>
    public int[] Candidate { get; } = new int[ConfusionMatrix.Cells];

    public ComparisonTable Table()
    {
        int both = 0, onlyCandidate = 0, onlyBaseline = 0, none = 0;
        for (var i = 0; i < _joint.Length; i++)
        {
            var (truth, baseline, candidate) = Unpack(i);
            switch (baseline == truth, candidate == truth)
            {
                case (true, true):
                    both += _joint[i];
                    break;
                case (false, true):
                    onlyCandidate += _joint[i];
                    break;
                case (true, false):
                    onlyBaseline += _joint[i];
                    break;
                default:
                    none += _joint[i];
                    break;
            }
        }

        return new ComparisonTable(both, onlyCandidate, onlyBaseline, none);
    }

    /// <summary>Nine row counts, flat in the order baseline's class × candidate's class.</summary>
    public int[] ClassChanges()
    {
        var changes = new int[ConfusionMatrix.Cells];
        for (var i = 0; i < _joint.Length; i++)
        {
            changes[i % ConfusionMatrix.Cells] += _joint[i];
        }

        return changes;
    }

    /// <summary>
    /// The recall difference candidate − baseline of each class; null for a class with fewer than <see cref="ClassMetrics.MinimumRows"/>
    /// rows.
    /// </summary>
    public IReadOnlyDictionary<DiabetesClass, double?> RecallChange() => DiabetesClasses.All.ToDictionary(c => c, c =>
    {
        var diagonal = (int)c * (DiabetesClasses.Count + 1);
        var support = ConfusionMatrix.Support(Baseline, (int)c);
        return support < ClassMetrics.MinimumRows ? (double?)null : (double)(Candidate[diagonal] - Baseline[diagonal]) / support;
    });

    /// <summary>
    /// The macro F1 difference candidate − baseline with the percentile interval of a paired bootstrap, stratified by true class.
    /// A resample draws the predictions of both versions for a row together. Requires at least one row.
    /// </summary>
    public MetricDelta DeltaMacroF1(int seed, int resamples)
    {
        var bootstrap = new StratifiedBootstrap(_joint, ConfusionMatrix.Cells);
        var random = new SeededRandom(seed, RandomPurpose.Bootstrap);
        var deltas = new double[resamples];
        Span<int> drawn = stackalloc int[_joint.Length];
        Span<int> baseline = stackalloc int[ConfusionMatrix.Cells];
        Span<int> candidate = stackalloc int[ConfusionMatrix.Cells];
        for (var r = 0; r < resamples; r++)
        {
            bootstrap.Draw(random, drawn);
            Split(drawn, baseline, candidate);
            deltas[r] = ConfusionMatrix.MacroF1(candidate) - ConfusionMatrix.MacroF1(baseline);
        }

        var (low, high) = StratifiedBootstrap.PercentileInterval(deltas, ModelComparison.Level);
        return new MetricDelta(ConfusionMatrix.MacroF1(Candidate) - ConfusionMatrix.MacroF1(Baseline), low, high);
    }

    private static void Split(ReadOnlySpan<int> joint, Span<int> baseline, Span<int> candidate)
    {
        baseline.Clear();
        candidate.Clear();
        for (var i = 0; i < joint.Length; i++)
        {
            var (truth, baselineClass, candidateClass) = Unpack(i);
            baseline[(truth * DiabetesClasses.Count) + baselineClass] += joint[i];
            candidate[(truth * DiabetesClasses.Count) + candidateClass] += joint[i];
        }
    }

    private static (int Truth, int Baseline, int Candidate) Unpack(int cell) =>
        (cell / ConfusionMatrix.Cells, cell / DiabetesClasses.Count % DiabetesClasses.Count, cell % DiabetesClasses.Count);
}
