using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Training;

/// <summary>
/// Makes a version of a finished training: the files first, by one rename, then one transaction for the version's row and the end
/// of the job. A crash in between leaves a folder without a row, which the sweep removes while the job goes on from its checkpoint.
/// A job that was cancelled meanwhile ends as cancelled, and its folder goes again.
/// </summary>
public sealed class VersionPublisher(IModelOpsDbContext db, IArtifactStore artifacts, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="compare">The comparison with the version in service, given the new version's name; null without one.</param>
    /// <returns>The published version; null for a job that was cancelled.</returns>
    /// <exception cref="ClaimLostException"/>
    internal async Task<ModelVersion?> PublishAsync(
        JobClaim claim,
        string dataSource,
        TrainingSpecification specification,
        TrainingSummary summary,
        string outputFolder,
        Func<string, VersionComparison?> compare)
    {
        // By the clock that all machines share, as the version is named after it.
        var now = await claim.InsistAsync(() => db.UtcNowAsync(CancellationToken.None));
        var published = artifacts.Publish(
            outputFolder, now, (name, createdAt) => new VersionMetadata(name, createdAt, dataSource, specification, summary));
        ModelVersion? recorded = null;
        try
        {
            recorded = await RecordAsync(
                claim,
                () => ModelVersion.Create(published.Version, specification, dataSource, summary, published.Files, published.CreatedAt),
                compare(published.Version));
            return recorded;
        }
        finally
        {
            if (recorded is null)
            {
                artifacts.DeleteVersion(published.Version);
            }
        }
    }

    /// <summary>However long the database is away. Null for a job that was cancelled.</summary>
    private async Task<ModelVersion?> RecordAsync(JobClaim claim, Func<ModelVersion> create, VersionComparison? comparison)
    {
        while (true)
        {
            var version = create();
            try
            {
                return await claim.InsistAsync(() => TryRecordAsync(claim, version, comparison)) ? version : null;
            }
            catch (DbUpdateConcurrencyException)
            {
                await Task.Delay(RetryDelay, time);
            }
        }
    }

    private Task<bool> TryRecordAsync(JobClaim claim, ModelVersion version, VersionComparison? comparison) => db.InTransactionAsync(
        async cancel =>
        {
            var job = await db.Jobs.SingleOrDefaultAsync(j => j.Id == version.JobId, cancel) ?? throw new ClaimLostException();
            if (job.Status == JobStatus.Succeeded && job.VersionName == version.Name)
            {
                // The commit went through, only its answer was lost.
                return true;
            }

            var now = await db.UtcNowAsync(cancel);
            var wanted = job.Succeed(
                claim.Token, version.Name, version.Metrics, version.TrainingTime, version.Summary.History, now, comparison);
            if (wanted)
            {
                db.Versions.Add(version);
            }

            await db.SaveChangesAsync(cancel);
            return wanted;
        },
        CancellationToken.None);
}
