using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Accumulates the predictions of two versions row by row. It keeps only counts and running sums, so its memory is constant.
/// Not thread-safe.
/// </summary>
public sealed class ComparisonTally
{
    /// <summary>
    /// Number of counts for each <see cref="Subgroup"/> cell: true class × baseline's predicted class × candidate's predicted class, 27.
    /// </summary>
    internal const int Width = DiabetesClasses.Count * ConfusionMatrix.Cells;

    private readonly int[] _joint = new int[Subgroup.Cells * Width];
    private readonly RunningMean[] _deltaLogLoss = new RunningMean[Subgroup.Cells];
    private readonly RunningMean[] _baselineLogLoss = new RunningMean[Subgroup.Cells];

    public int Rows { get; private set; }

    /// <summary>Adds a hold-out row of both versions.</summary>
    /// <param name="truth">The true class.</param>
    /// <param name="features">The inputs, which determine the subgroups.</param>
    /// <param name="baseline">The baseline's three probabilities in class order, 0..1 with sum 1 ± 0.001.</param>
    /// <param name="candidate">The candidate's three probabilities, in the same form.</param>
    /// <exception cref="ArgumentException">The probabilities are invalid, or <paramref name="truth"/> isn't a class.</exception>
    public void Add(DiabetesClass truth, PatientFeatures features, ReadOnlySpan<double> baseline, ReadOnlySpan<double> candidate)
    {
        var t = ConfusionMatrix.IndexOf(truth);
        ProbabilityMetrics.Check(baseline);
        ProbabilityMetrics.Check(candidate);
        var cell = Subgroup.CellOf(features);
        var change = ((int)Evaluator.PredictedClass(baseline) * DiabetesClasses.Count) + (int)Evaluator.PredictedClass(candidate);
        _joint[(cell * Width) + (t * ConfusionMatrix.Cells) + change]++;
        var loss = ProbabilityMetrics.LogLoss(baseline[t]);
        _baselineLogLoss[cell].Add(loss);
        _deltaLogLoss[cell].Add(ProbabilityMetrics.LogLoss(candidate[t]) - loss);
        Rows++;
    }

    /// <summary>Compares the two versions on the rows added so far.</summary>
    /// <param name="seed">Seed of the bootstrap resamples, the only random part.</param>
    /// <param name="earlierLooks">
    /// Number of earlier comparisons on all or most of these rows, between any versions; see <see cref="ModelComparison.LevelOf"/>.
    /// </param>
    /// <param name="resamples">
    /// Number of resamples of the paired bootstrap. A subgroup uses at most <see cref="Subgroup.Resamples"/>.
    /// </param>
    /// <exception cref="InvalidOperationException">No row was added.</exception>
    public ModelComparison Complete(int seed, int earlierLooks = 0, int resamples = ModelComparison.DefaultResamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(earlierLooks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        if (Rows == 0)
        {
            throw new InvalidOperationException("There is no row to compare two versions on.");
        }

        int[] all = new int[Width];
        RunningMean delta = default, baseline = default;
        for (var cell = 0; cell < Subgroup.Cells; cell++)
        {
            for (var i = 0; i < Width; i++)
            {
                all[i] += _joint[(cell * Width) + i];
            }

            delta.Add(_deltaLogLoss[cell]);
            baseline.Add(_baselineLogLoss[cell]);
        }

        return ModelComparison.Of(
            new JointCounts(all),
            baseline.Mean,
            delta,
            [.. Subgroup.All.Select(g => Compare(g, seed, Math.Min(resamples, Subgroup.Resamples)))],
            seed,
            earlierLooks,
            resamples);
    }

    private SubgroupComparison Compare(Subgroup group, int seed, int resamples)
    {
        var joint = new JointCounts(group.Sum(_joint, Width));
        RunningMean delta = default;
        foreach (var cell in group.OwnCells())
        {
            delta.Add(_deltaLogLoss[cell]);
        }

        return new SubgroupComparison(
            group,
            (int)delta.Count,
            delta.Count == 0 ? null : joint.DeltaMacroF1(seed, resamples),
            delta.Interval(),
            joint.RecallChange(),
            MissedDiabetes.In(joint.Baseline),
            MissedDiabetes.In(joint.Candidate),
            Subgroup.IsFew(joint.Baseline));
    }
}
