using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Versions;

/// <summary>A version that answers rows for a comparison.</summary>
/// <param name="Key">The key that decides a row's fold for this version.</param>
public sealed record JudgedVersion(IJudge Judge, SplitKey Key);

/// <summary>
/// Lets two versions answer the same rows, each row by weights of theirs that never learned from it. One pass over sorted rows; memory
/// doesn't grow with their number.
/// </summary>
public sealed class PairedComparison(JudgedVersion baseline, JudgedVersion candidate)
{
    /// <param name="sources">The union of these rows is compared on, each distinct row once.</param>
    /// <param name="earlierLooks"><see cref="ComparisonTally.Complete"/></param>
    /// <returns>Null when no row may be judged by both versions.</returns>
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
