using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Training;

/// <summary>
/// A worker's whole work on one job: claim, train, publish. Delivered at least once, so it does nothing for a job that somebody
/// else holds or that has ended. Cancelling the request's token hands the job back to the queue.
/// </summary>
public sealed record RunTraining(Guid JobId) : IRequest;

internal sealed partial class RunTrainingHandler(
    IModelOpsDbContext db,
    IModelTrainer trainer,
    IArtifactStore artifacts,
    TrainingData data,
    VersionPublisher publisher,
    CandidateJudge judge,
    Timing timing,
    TimeProvider time,
    ILogger<RunTrainingHandler> logger) : IRequestHandler<RunTraining>
{
    /// <summary>How often progress is written and a cancellation looked for: twice a second at most.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Guid _claim = Guid.NewGuid();
    private TrainingProgress? _latest;

    public async Task<Unit> Handle(RunTraining request, CancellationToken cancellationToken)
    {
        var claimed = false;
        var now = await db.UtcNowAsync(cancellationToken);
        var job = await db.UpdateJobAsync(request.JobId, j => claimed = j.TryClaim(_claim, now, timing.Lease), cancellationToken);
        if (job is null || !claimed)
        {
            return Unit.Value;
        }

        try
        {
            await WorkAsync(job, cancellationToken);
        }
        catch (ClaimLostException)
        {
            LogClaimLost(request.JobId);
        }

        return Unit.Value;
    }

    private async Task WorkAsync(TrainingJob job, CancellationToken stop)
    {
        try
        {
            var again = true;
            while (again)
            {
                again = await AttemptAsync(job, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await ReleaseAsync(job.Id);
            throw;
        }
        catch (RefusalException refusal)
        {
            await FailAsync(job.Id, refusal.Code, Sentence.Of(refusal.Detail));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogStorage(exception, job.Id);
            await FailAsync(
                job.Id, "storage_unavailable", Sentence.Of($"The server's storage can't be written at the moment. Ask the operator, then train again."));
        }

        artifacts.DeleteWorkingFolders(job.Id);
    }

    /// <summary>One run of the trainer; true when its process died and another attempt is left.</summary>
    private async Task<bool> AttemptAsync(TrainingJob job, CancellationToken stop)
    {
        var folder = artifacts.WorkingFolder(job.Id, _claim);
        var specification = trainer.TakeUp(folder, artifacts.EarlierWorkingFolders(job.Id, _claim));
        if (specification is null)
        {
            specification = await PrepareAsync(job, folder, stop);
        }

        artifacts.DeleteWorkingFolders(job.Id, but: _claim);

        switch (await TrainAsync(job.Id, specification, folder, stop))
        {
            case TrainingOutcome.Completed completed when job.Data.Version is { } version:
                await ConcludeReproductionAsync(job.Id, version, completed.Summary);
                break;
            case TrainingOutcome.Completed completed:
                await publisher.PublishAsync(
                    _claim, job.Data.Describe(), specification, completed, version => CompareAsync(job.Id, version, stop));
                break;
            case TrainingOutcome.Cancelled:
                await FinishAsync(job.Id, (j, now) => j.ConfirmCancellation(_claim, now));
                break;
            case TrainingOutcome.Stopped:
                throw new OperationCanceledException(stop);
            case TrainingOutcome.Refused refused:
                await FailAsync(job.Id, refused.Code, refused.Detail);
                break;
            case TrainingOutcome.Crashed crashed:
                LogCrashed(job.Id, crashed.ExitCode);
                var again = false;
                await FinishAsync(job.Id, (j, now) => again = j.RecordCrash(_claim, now));
                return again;
        }

        return false;
    }

    private async Task<TrainingSpecification> PrepareAsync(TrainingJob job, string folder, CancellationToken stop)
    {
        var (specification, rows) = job.Data.Version is { } version
            ? await SpecifyAgainAsync(job, version, stop)
            : await SpecifyAsync(job, stop);
        await FinishAsync(job.Id, (j, _) => j.RecordData(_claim, rows.Count, specification.DataSha256));
        trainer.Prepare(folder, specification, rows);
        return specification;
    }

    private async Task<(TrainingSpecification Specification, IReadOnlyList<LabelledExample> Rows)> SpecifyAsync(TrainingJob job, CancellationToken stop)
    {
        var rows = await data.LoadAsync(job.Data, stop);
        var key = await data.SplitKeyAsync(stop);
        return (new TrainingSpecification(job.Id, Architectures.MlpBatchNorm, job.Parameters, key.ToHex(), CanonicalRow.Fingerprint(rows)), rows);
    }

    /// <summary>A version's own specification and rows.</summary>
    private async Task<(TrainingSpecification Specification, IReadOnlyList<LabelledExample> Rows)> SpecifyAgainAsync(
        TrainingJob job, string name, CancellationToken stop)
    {
        var version = await FindVersionAsync(name, stop);
        return (version.Specification with { JobId = job.Id }, await artifacts.ReadRowsAsync(name, version.Files, stop));
    }

    private Task ConcludeReproductionAsync(Guid jobId, string name, TrainingSummary summary) => InsistAsync(jobId, async () =>
    {
        var expected = (await FindVersionAsync(name, CancellationToken.None)).Summary.WeightsSha256;
        var reproduction = new Reproduction(name, summary.WeightsSha256, summary.WeightsSha256 == expected);
        await ChangeAsync(jobId, (j, now) => j.ConcludeReproduction(_claim, reproduction, summary.TrainingTime, summary.History, now));
    });

    private async Task<ModelVersion> FindVersionAsync(string name, CancellationToken cancellationToken) =>
        await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == name, cancellationToken)
        ?? throw VersionRefusals.VersionNotFound();

    private async Task<TrainingOutcome> TrainAsync(Guid jobId, TrainingSpecification specification, string folder, CancellationToken stop)
    {
        using var cancel = new CancellationTokenSource();
        var training = trainer.TrainAsync(
            specification,
            folder,
            progress => Volatile.Write(ref _latest, progress),
            cancel.Token,
            stop);
        try
        {
            await BeatUntilAsync(training, jobId, cancel);
        }
        catch (ClaimLostException)
        {
            await cancel.CancelAsync();
            await training;
            throw;
        }

        return await training;
    }

    /// <summary>The new version against the one in service. Much data takes longer than a lease, so the heart beats meanwhile.</summary>
    private async Task<VersionComparison?> CompareAsync(Guid jobId, ModelVersion version, CancellationToken stop)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var comparing = Task.Run(() => judge.CompareWithActiveAsync(version, cancel.Token), CancellationToken.None);
        try
        {
            await BeatUntilAsync(comparing, jobId, cancel);
            return await comparing;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The job was cancelled meanwhile; recording it says so.
            return null;
        }
        finally
        {
            await cancel.CancelAsync();
            await comparing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task BeatUntilAsync(Task work, Guid jobId, CancellationTokenSource cancel)
    {
        while (await Task.WhenAny(work, Task.Delay(Beat, time, CancellationToken.None)) != work)
        {
            await BeatAsync(jobId, cancel);
        }
    }

    private async Task BeatAsync(Guid jobId, CancellationTokenSource cancel)
    {
        try
        {
            var now = await db.UtcNowAsync(CancellationToken.None);
            var job = await db.UpdateJobAsync(
                jobId,
                j =>
                {
                    j.RenewLease(_claim, now, timing.Lease);
                    if (Volatile.Read(ref _latest) is { } p)
                    {
                        var eta = p.Epoch > 0 ? p.ElapsedSeconds / p.Epoch * (p.Epochs - p.Epoch) : (double?)null;
                        j.RecordProgress(_claim, p.Epoch, p.Loss, eta, p.History);
                    }
                },
                CancellationToken.None) ?? throw new ClaimLostException();
            if (job.Status == JobStatus.Cancelling)
            {
                await cancel.CancelAsync();
            }
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
            // The training goes on; whether the claim still holds is seen when the database is back.
            LogDatabaseAway(exception, jobId);
        }
    }

    private Task FailAsync(Guid jobId, string code, Sentence detail) =>
        FinishAsync(jobId, (j, now) => j.Fail(_claim, code, detail, now));

    /// <summary>
    /// The process is about to end, so a database that is away isn't waited for: the lease then runs out by itself, at the price of an
    /// attempt. So it is when somebody else took the job already.
    /// </summary>
    private async Task ReleaseAsync(Guid jobId)
    {
        try
        {
            var now = await db.UtcNowAsync(CancellationToken.None);
            await db.UpdateJobAsync(jobId, j => j.Release(_claim, now), CancellationToken.None);
        }
        catch (ClaimLostException)
        {
            LogClaimLost(jobId);
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
            LogNotReleased(exception, jobId);
        }
    }

    /// <summary>Writes a change that must not be lost, however long the database is away.</summary>
    private Task FinishAsync(Guid jobId, Action<TrainingJob, DateTime> change) => InsistAsync(jobId, () => ChangeAsync(jobId, change));

    private async Task ChangeAsync(Guid jobId, Action<TrainingJob, DateTime> change)
    {
        var now = await db.UtcNowAsync(CancellationToken.None);
        if (await db.UpdateJobAsync(jobId, j => change(j, now), CancellationToken.None) is null)
        {
            throw new ClaimLostException();
        }
    }

    private async Task InsistAsync(Guid jobId, Func<Task> work)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception exception) when (DatabaseFailures.Are(exception))
            {
                LogDatabaseAway(exception, jobId);
                await Task.Delay(RetryDelay, time);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} is no longer this worker's; nothing was written")]
    private partial void LogClaimLost(Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; job {JobId} goes on when its lease has run out")]
    private partial void LogNotReleased(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The trainer of job {JobId} died with exit code {ExitCode}")]
    private partial void LogCrashed(Guid jobId, int exitCode);

    [LoggerMessage(Level = LogLevel.Error, Message = "The storage failed under job {JobId}")]
    private partial void LogStorage(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; job {JobId} waits for it")]
    private partial void LogDatabaseAway(Exception exception, Guid jobId);
}
