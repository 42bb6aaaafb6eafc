using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Compares two versions on all rows that both may judge, from the union of their rows and the labelled records. Reads the files in one
/// pass, or in two where patients are known. Memory use doesn't depend on the number of rows, only on that of known patients. Takes some
/// seconds for a million rows.
/// </summary>
public sealed class VersionComparer(IModelOpsDbContext db, IVersionJudges judges, IArtifactStore artifacts, TrainingData data)
{
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c>, <c>nothing_to_compare_on</c>.</exception>
    public async Task<VersionComparison> CompareAsync(ModelVersion baseline, ModelVersion candidate, CancellationToken cancellationToken)
    {
        using var baselineRows = await artifacts.OpenRowsAsync(baseline, cancellationToken);
        using var candidateRows = await artifacts.OpenRowsAsync(candidate, cancellationToken);
        using var records = await data.OpenRecordsAsync(cancellationToken);
        var comparison = new PairedComparison(
            await LoadAsync(baseline, baselineRows, cancellationToken),
            await LoadAsync(candidate, candidateRows, cancellationToken));
        var looks = await db.CountLooksAsync(baseline.Id, candidate.Id, cancellationToken);
        var seed = candidate.Specification.Parameters.Seed;
        return comparison.Run(records, seed, looks, cancellationToken) is { } result
            ? new VersionComparison(baseline.Name, candidate.Name, result)
            : throw VersionRefusals.NothingToCompareOn();
    }

    private async Task<JudgedVersion> LoadAsync(ModelVersion version, IRows rows, CancellationToken cancellationToken) => new(
        await judges.LoadAsync(version, rows, cancellationToken), SplitKey.FromHex(version.Specification.SplitKey), rows);
}

internal static class ComparisonQueries
{
    /// <summary>
    /// The number of earlier comparisons on about the same rows. Every trained version is compared once, so these are the comparisons of
    /// all earlier versions except the baseline. Each of them could have been a false positive, whichever version was in service.
    /// </summary>
    /// <param name="candidateId">Null for a candidate that isn't recorded yet.</param>
    public static Task<int> CountLooksAsync(
        this IModelOpsDbContext db, long baselineId, long? candidateId, CancellationToken cancellationToken) =>
        db.Versions.CountAsync(v => v.Id != baselineId && (candidateId == null || v.Id < candidateId), cancellationToken);
}
