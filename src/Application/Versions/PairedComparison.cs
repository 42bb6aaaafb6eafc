using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Versions;

/// <summary>A version that predicts rows for a comparison.</summary>
/// <param name="Key">Key of the hash that decides a row's fold for this version.</param>
public sealed record JudgedVersion(IJudge Judge, SplitKey Key);

/// <summary>
/// Predicts the same rows with two versions. Each version uses only weights that weren't trained on the row. One pass over sorted rows;
/// memory use doesn't depend on their number.
/// </summary>
public sealed class PairedComparison(JudgedVersion baseline, JudgedVersion candidate)
{
    /// <param name="sources">The comparison uses the union of these rows, each distinct row once.</param>
    /// <param name="earlierLooks"><see cref="ComparisonTally.Complete"/></param>
    /// <returns>Null when there is no row that both versions may judge.</returns>
    /// <exception cref="OperationCanceledException"/>
    public ModelComparison? Run(IReadOnlyList<IRows> sources, int seed, int earlierLooks, CancellationToken cancellationToken)
    {
        var tally = new ComparisonTally();
        Span<double> baselineAnswer = stackalloc double[DiabetesClasses.Count];
        Span<double> candidateAnswer = stackalloc double[DiabetesClasses.Count];
        var keyOfFiles = sources.All(source => source.Header.KeyId == candidate.Key.Id);
        var (oneKey, rows) = (baseline.Key.Id == candidate.Key.Id, 0);
        foreach (var (row, _, foldInFile) in RowsSorter.Merge([.. sources.Select(source => source.Read())]))
        {
            if ((++rows & 1023) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var fold = keyOfFiles ? foldInFile : candidate.Key.FoldOf(row.Features);
            if (candidate.Judge.TryJudge(row.Features, fold, candidateAnswer)
                && baseline.Judge.TryJudge(row.Features, oneKey ? fold : baseline.Key.FoldOf(row.Features), baselineAnswer))
            {
                tally.Add(row.Class, row.Features, baselineAnswer, candidateAnswer);
            }
        }

        return tally.Rows == 0 ? null : tally.Complete(seed, earlierLooks);
    }
}
