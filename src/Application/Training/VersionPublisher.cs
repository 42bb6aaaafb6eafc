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
public sealed partial class VersionPublisher(
    IModelOpsDbContext db, IArtifactStore artifacts, TimeProvider time, ILogger<VersionPublisher> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="compare">Compares the version, once its files are in place, with the one in service.</param>
    public async Task PublishAsync(
        Guid claim,
        string dataSource,
        TrainingSpecification specification,
        TrainingOutcome.Completed training,
        Func<ModelVersion, Task<VersionComparison?>> compare)
    {
        // By the clock that all machines share, as the version is named after it.
        var now = await NowAsync(specification.JobId);
        var published = artifacts.Publish(
            training.OutputFolder,
            now,
            (name, createdAt) => new VersionMetadata(name, createdAt, dataSource, specification, training.Summary));
        var recorded = false;
        try
        {
            ModelVersion Version() =>
                ModelVersion.Create(published.Version, specification, dataSource, training.Summary, published.Files, published.CreatedAt);
            recorded = await RecordAsync(claim, Version, await compare(Version()));
        }
        finally
        {
            if (!recorded)
            {
                artifacts.DeleteVersion(published.Version);
            }
        }
    }

    private async Task<DateTime> NowAsync(Guid jobId)
    {
        while (true)
        {
            try
            {
                return await db.UtcNowAsync(CancellationToken.None);
            }
            catch (Exception exception) when (DatabaseFailures.Are(exception))
            {
                LogDatabaseAway(exception, jobId);
                await Task.Delay(RetryDelay, time);
            }
        }
    }

    /// <summary>However long the database is away. False for a job that was cancelled.</summary>
    private async Task<bool> RecordAsync(Guid claim, Func<ModelVersion> create, VersionComparison? comparison)
    {
        while (true)
        {
            if (await TryRecordAsync(claim, create(), comparison) is { } recorded)
            {
                return recorded;
            }

            await Task.Delay(RetryDelay, time);
        }
    }

    /// <summary>Null when it has to be tried again.</summary>
    private async Task<bool?> TryRecordAsync(Guid claim, ModelVersion version, VersionComparison? comparison)
    {
        var summary = version.Summary;
        try
        {
            return await db.InTransactionAsync<bool?>(
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
                        claim, version.Name, version.Metrics, version.TrainingTime, summary.History, now, comparison);
                    if (wanted)
                    {
                        db.Versions.Add(version);
                    }

                    await db.SaveChangesAsync(cancel);
                    return wanted;
                },
                CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            return null;
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
            LogDatabaseAway(exception, version.JobId);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The version of job {JobId} can't be recorded yet")]
    private partial void LogDatabaseAway(Exception exception, Guid jobId);
}
