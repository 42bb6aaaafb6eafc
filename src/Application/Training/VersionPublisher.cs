using Microsoft.Extensions.Logging;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Models;
using ModelOps.Domain.Training;

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

    public async Task PublishAsync(Guid claim, string dataSource, TrainingSpecification specification, TrainingOutcome.Completed training)
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
            recorded = await RecordAsync(claim, dataSource, specification, training.Summary, published);
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
    private async Task<bool> RecordAsync(
        Guid claim, string dataSource, TrainingSpecification specification, TrainingSummary summary, PublishedArtifact published)
    {
        while (true)
        {
            if (await TryRecordAsync(claim, dataSource, specification, summary, published) is { } recorded)
            {
                return recorded;
            }

            await Task.Delay(RetryDelay, time);
        }
    }

    /// <summary>Null when it has to be tried again.</summary>
    private async Task<bool?> TryRecordAsync(
        Guid claim, string dataSource, TrainingSpecification specification, TrainingSummary summary, PublishedArtifact published)
    {
        try
        {
            return await db.InTransactionAsync<bool?>(
                async cancel =>
                {
                    var job = await db.Jobs.SingleOrDefaultAsync(j => j.Id == specification.JobId, cancel) ?? throw new ClaimLostException();
                    if (job.Status == JobStatus.Succeeded && job.VersionName == published.Version)
                    {
                        // The commit went through, only its answer was lost.
                        return true;
                    }

                    var now = await db.UtcNowAsync(cancel);
                    var wanted = job.Succeed(
                        claim, published.Version, summary.Evaluation.Headline, summary.TrainingTime, summary.History, now);
                    if (wanted)
                    {
                        db.Versions.Add(ModelVersion.Create(
                            published.Version, specification, dataSource, summary, published.Files, published.CreatedAt));
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
            LogDatabaseAway(exception, specification.JobId);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The version of job {JobId} can't be recorded yet")]
    private partial void LogDatabaseAway(Exception exception, Guid jobId);
}
