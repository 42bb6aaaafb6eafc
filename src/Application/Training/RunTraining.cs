using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Failures;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Training;

/// <summary>
/// Runs one job on a worker: claim, train, publish. Delivery is at least once, so a job that has ended or is claimed by another worker is
/// skipped. Cancelling the request's token returns the job to the queue.
/// </summary>
public sealed record RunTraining(Guid JobId) : IRequest;

internal sealed partial class RunTrainingHandler(
    IModelOpsDbContext db,
    ITrainingWorkspaces workspaces,
    IArtifactStore artifacts,
    TrainingData data,
    VersionPublisher publisher,
    Timing timing,
    TimeProvider time,
    ILogger<RunTrainingHandler> logger, AttemptLog attempts) : IRequestHandler<RunTraining>
{
    /// <summary>Interval at which progress is saved and cancellation is checked.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private TrainingProgress? _latest;
    private (Guid Attempt, long Version)? _baseline;

    public async Task<Unit> Handle(RunTraining request, CancellationToken cancellationToken)
    {
        var claim = new JobClaim(db, request.JobId, timing, time, logger);
        if (await claim.TryTakeAsync(cancellationToken) is not { } job)
        {
            return Unit.Value;
        }

        using var workspace = workspaces.Open(job.Id, claim.Token);
        try
        {
            await WorkAsync(job, claim, workspace, cancellationToken);
            workspace.Complete();
        }
        catch (ClaimLostException)
        {
            LogClaimLost(request.JobId);
        }

        return Unit.Value;
    }

    private async Task WorkAsync(TrainingJob job, JobClaim claim, ITrainingWorkspace workspace, CancellationToken stop)
    {
        try
        {
            while (await AttemptAsync(job, claim, workspace, stop))
            {
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await claim.ReleaseAsync();
            throw;
        }
        catch (RefusalException refusal)
        {
            await claim.ChangeAsync((j, now) => j.Fail(claim.Token, refusal.Code, Sentence.Of(refusal.Detail), now));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogStorage(exception, job.Id);
            var full = FailureClassifier.Classify(exception) == FailureKind.InsufficientStorage;
            var refusal = full ? StorageRefusals.Full(exception) : StorageRefusals.Unavailable(exception);
            await claim.ChangeAsync((j, now) => j.Fail(claim.Token, refusal.Code, Sentence.Of(refusal.Detail), now));
        }
    }

    /// <summary>Runs the trainer once. Returns true when its process crashed and another attempt is left.</summary>
    private async Task<bool> AttemptAsync(TrainingJob job, JobClaim claim, ITrainingWorkspace workspace, CancellationToken stop)
    {
        var specification = workspace.TakeUp() ?? await PrepareAsync(job, claim, workspace, stop);
        var attempt = await attempts.BeginAsync(job.Id);
        var outcome = await TrainAsync(job, claim, workspace, stop);
        await attempts.EndAsync(attempt, outcome);
        switch (outcome)
        {
            case TrainingOutcome.Completed completed:
                await ConcludeAsync(job, claim, specification, completed);
                break;
            case TrainingOutcome.Cancelled:
                await claim.ChangeAsync((j, now) => j.ConfirmCancellation(claim.Token, now));
                break;
            case TrainingOutcome.Stopped:
                throw new OperationCanceledException(stop);
            case TrainingOutcome.Refused refused:
                await claim.ChangeAsync((j, now) => j.Fail(claim.Token, refused.Code, refused.Detail, now));
                break;
            case TrainingOutcome.Crashed crashed:
                LogCrashed(job.Id, crashed.ExitCode);
                var again = false;
                await claim.ChangeAsync((j, now) => again = j.RecordCrash(claim.Token, now));
                return again;
        }

        return false;
    }

    private async Task<TrainingSpecification> PrepareAsync(
        TrainingJob job, JobClaim claim, ITrainingWorkspace workspace, CancellationToken stop)
    {
        switch (job.Purpose)
        {
            case JobPurpose.Reproducing(var name):
                var version = await FindVersionAsync(name, stop);
                using (var own = await artifacts.OpenRowsAsync(version, stop))
                {
                    return await PlaceAsync(version.Specification with { JobId = job.Id }, own, null, null);
                }

            case JobPurpose.Retraining(var selection):
                DateTime? readAt = selection.UsesDatabase ? await db.UtcNowAsync(stop) : null;
                using (var selected = await data.OpenAsync(selection, stop))
                using (var records = selection is DataSelection.Dataset ? await data.OpenRecordsAsync(stop) : null)
                {
                    var key = await data.SplitKeyAsync(stop);
                    return await PlaceAsync(
                        new TrainingSpecification(job.Id, job.Architecture, job.Parameters, key.ToHex(), selected.Rows.Header.Sha256)
                        {
                            Schema = FeatureSchema.Current.Id,
                            RecordsReadAt = readAt,
                        },
                        selected.Rows,
                        records,
                        selected.Source);
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(job));
        }

        async Task<TrainingSpecification> PlaceAsync(
            TrainingSpecification specification, IRows rows, IRows? records, SourceReport? source)
        {
            await claim.ChangeAsync((j, _) => j.RecordData(claim.Token, (int)rows.Header.Total, specification.DataSha256, source));
            workspace.Prepare(specification, rows, records);
            return specification;
        }
    }

    private async Task<TrainingOutcome> TrainAsync(TrainingJob job, JobClaim claim, ITrainingWorkspace workspace, CancellationToken stop)
    {
        using var cancel = new CancellationTokenSource();
        await NameBaselineAsync(job, claim, workspace);
        var training = workspace.TrainAsync(progress => Volatile.Write(ref _latest, progress), cancel.Token, stop);
        try
        {
            while (await Task.WhenAny(training, Task.Delay(Beat, time, CancellationToken.None)) != training)
            {
                if (await claim.BeatAsync(Volatile.Read(ref _latest)))
                {
                    await cancel.CancelAsync();
                }

                await NameBaselineAsync(job, claim, workspace);
            }
        }
        catch
        {
            // The claim is lost or the folder isn't writable, so this training's result can't be used.
            await cancel.CancelAsync();
            await training;
            throw;
        }

        return await training;
    }

    /// <summary>
    /// Tells the trainer which version is in service, at the start and after each change. When the training ends, the trainer compares
    /// the new version with this one.
    /// </summary>
    private async Task NameBaselineAsync(TrainingJob job, JobClaim claim, ITrainingWorkspace workspace)
    {
        if (job.Purpose is JobPurpose.Reproducing)
        {
            return;
        }

        try
        {
            var id = await db.ActiveModels.AsNoTracking().Select(a => a.VersionId).SingleOrDefaultAsync(CancellationToken.None);
            if (_baseline == (claim.Token, id))
            {
                return;
            }

            var active = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == id, CancellationToken.None);
            var looks = active is null ? 0 : await db.CountLooksAsync(active.Id, null, CancellationToken.None);
            workspace.SetBaseline(active, looks);
            _baseline = (claim.Token, id);
        }
        catch (Exception exception) when (
            DatabaseFailures.Are(exception) || exception is RefusalException or IOException or UnauthorizedAccessException)
        {
            // A comparison is advice, so a failure here must not end the training. The next heartbeat retries.
        }
    }

    private async Task ConcludeAsync(
        TrainingJob job, JobClaim claim, TrainingSpecification specification, TrainingOutcome.Completed completed)
    {
        var (summary, comparison) = completed.Result;
        if (job.Purpose is JobPurpose.Reproducing(var name))
        {
            var expected = (await claim.InsistAsync(() => FindVersionAsync(name, CancellationToken.None))).Summary.WeightsSha256;
            var reproduction = new Reproduction(name, summary.WeightsSha256, summary.WeightsSha256 == expected);
            await claim.ChangeAsync((j, now) =>
                j.ConcludeReproduction(claim.Token, reproduction, summary.TrainingTime, summary.History, now));
            return;
        }

        await publisher.PublishAsync(
            claim,
            (await claim.InsistAsync(() => FindJobAsync(job.Id))).DescribeData(),
            specification,
            summary,
            completed.OutputFolder,
            version => comparison is null ? null : new VersionComparison(comparison.Baseline, version, comparison.Result));
    }

    private Task<TrainingJob> FindJobAsync(Guid id) => db.Jobs.AsNoTracking().SingleAsync(j => j.Id == id, CancellationToken.None);

    private async Task<ModelVersion> FindVersionAsync(string name, CancellationToken cancellationToken) =>
        await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == name, cancellationToken)
        ?? throw VersionRefusals.VersionNotFound();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} is no longer this worker's; nothing was written")]
    private partial void LogClaimLost(Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The trainer of job {JobId} died with exit code {ExitCode}")]
    private partial void LogCrashed(Guid jobId, int exitCode);

    [LoggerMessage(Level = LogLevel.Error, Message = "The storage failed under job {JobId}")]
    private partial void LogStorage(Exception exception, Guid jobId);
}
