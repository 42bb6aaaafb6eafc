using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Training;

/// <summary>
/// Publishes the version of a finished training. First one rename publishes the files, then one transaction inserts the version's row and
/// ends the job. After a crash in between, the sweep deletes the folder without a row, and the job resumes from its checkpoint. If the
/// job was cancelled meanwhile, it ends as cancelled and the folder is deleted.
/// </summary>
public sealed class VersionPublisher(IModelOpsDbContext db, IArtifactStore artifacts, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="compare">
    /// Creates the comparison with the version in service from the new version's name; null if no version is in service.
    /// </param>
    /// <returns>The published version; null if the job was cancelled.</returns>
    /// <exception cref="ClaimLostException"/>
    internal async Task<ModelVersion?> PublishAsync(
        JobClaim claim,
        string dataSource,
        TrainingSpecification specification,
        TrainingSummary summary,
        string outputFolder,
        Func<string, VersionComparison?> compare)
    {
        // Use the database server's clock, which all machines share, because the version's name contains this time.
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

    /// <summary>Retries until the database is available. Returns null if the job was cancelled.</summary>
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
                // The commit succeeded, but its response was lost.
                return true;
            }

            var now = await db.UtcNowAsync(cancel);
            job.RecordElapsed(claim.Token, claim.ElapsedSeconds);
            var wanted = job.Succeed(
                claim.Token, version.Name, version.Metrics, version.TrainingTime, version.Summary.History, now, comparison);
            if (wanted)
            {
                var counter = await db.VersionCounters.SingleAsync(cancel);
                db.Versions.Add(version);
                db.VersionListings.Add(VersionListing.Of(version, counter.Next()));
            }

            await db.SaveChangesAsync(cancel);
            return wanted;
        },
        CancellationToken.None);
}
