using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Lets two versions answer the same rows: the test side of the candidate's data and the labelled records, without what either has
/// learned from. Some seconds of work for a million rows.
/// </summary>
public sealed class VersionComparer(IServingModel serving, IArtifactStore artifacts, TrainingData data)
{
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c>, <c>nothing_to_compare_on</c>.</exception>
    public async Task<VersionComparison> CompareAsync(ModelVersion baseline, ModelVersion candidate, CancellationToken cancellationToken)
    {
        var left = await serving.LoadAsync(baseline, cancellationToken);
        var right = await serving.LoadAsync(candidate, cancellationToken);
        var rows = await JudgingRowsAsync(baseline, candidate, cancellationToken);
        if (rows.Count == 0)
        {
            throw VersionRefusals.NothingToCompareOn();
        }

        cancellationToken.ThrowIfCancellationRequested();
        var tally = new ComparisonTally();
        var (ofBaseline, ofCandidate) = (new double[DiabetesClasses.Count], new double[DiabetesClasses.Count]);
        foreach (var row in rows)
        {
            left.Predict(row.Features, ofBaseline);
            right.Predict(row.Features, ofCandidate);
            tally.Add(row.Class, row.Features, ofBaseline, ofCandidate);
        }

        return new VersionComparison(baseline.Name, candidate.Name, tally.Complete(candidate.Specification.Parameters.Seed));
    }

    private async Task<IReadOnlyList<LabelledExample>> JudgingRowsAsync(
        ModelVersion baseline, ModelVersion candidate, CancellationToken cancellationToken)
    {
        var rows = new List<LabelledExample>(await artifacts.ReadRowsAsync(candidate.Name, candidate.Files, cancellationToken));
        var learned = SplitOf(candidate, rows);
        await data.AddRecordsAsync(rows, cancellationToken);
        return JudgingRows.Select(
            rows,
            await data.SplitKeyAsync(cancellationToken),
            learned,
            SplitOf(baseline, await artifacts.ReadRowsAsync(baseline.Name, baseline.Files, cancellationToken)));
    }

    private static DataSplit SplitOf(ModelVersion version, IReadOnlyList<LabelledExample> rows) =>
        DataSplit.Create(rows, SplitKey.FromHex(version.Specification.SplitKey));
}
