using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>
/// A worker's claim on a job. Every write checks the fencing token: after the claim is lost, writes change nothing and throw <see
/// cref="ClaimLostException"/>. Not thread-safe: it uses its scope's database context.
/// </summary>
internal sealed partial class JobClaim(IModelOpsDbContext db, Guid jobId, Timing timing, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private long? _taken;
    private double _before;

    /// <summary>The fencing token.</summary>
    public Guid Token { get; } = Guid.NewGuid();

    public Guid JobId => jobId;

    /// <summary>Seconds for which workers have held the job: earlier claims and this one.</summary>
    public double ElapsedSeconds => _before + (_taken is { } taken ? time.GetElapsedTime(taken).TotalSeconds : 0);

    /// <summary>Claims the job; null when <see cref="TrainingJob.TryClaim"/> finds nothing to do.</summary>
    public async Task<TrainingJob?> TryTakeAsync(CancellationToken cancellationToken)
    {
        var taken = false;
        var now = await db.UtcNowAsync(cancellationToken);
        var job = await db.UpdateJobAsync(jobId, j => taken = j.TryClaim(Token, now, timing.Lease), cancellationToken);
        if (!taken)
        {
            return null;
        }

        (_taken, _before) = (time.GetTimestamp(), job!.ElapsedSeconds ?? 0);
        return job;
    }

    /// <summary>
    /// Sends a heartbeat: extends the lease and saves the progress. The training continues while the database is unavailable; the first
    /// heartbeat after the outage checks whether the claim still holds.
    /// </summary>
    /// <returns>Whether the job is to be cancelled.</returns>
    /// <exception cref="ClaimLostException"/>
    public async Task<bool> BeatAsync(TrainingProgress? progress)
    {
        try
        {
            var now = await db.UtcNowAsync(CancellationToken.None);
            var job = await db.UpdateJobAsync(
                jobId,
                j =>
                {
                    j.RenewLease(Token, now, timing.Lease);
                    j.RecordElapsed(Token, ElapsedSeconds);
                    if (progress is { } p)
                    {
                        var eta = p.Epoch > 0 ? p.ElapsedSeconds / p.Epoch * (p.Epochs - p.Epoch) : (double?)null;
                        j.RecordProgress(Token, p.Epoch, p.Loss, eta, p.History);
                    }
                },
                CancellationToken.None) ?? throw new ClaimLostException();
            return job.Status == JobStatus.Cancelling;
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
            LogDatabaseAway(exception, jobId);
            return false;
        }
    }

    /// <summary>Saves a change that must not be lost. Retries until the database is available.</summary>
    /// <exception cref="ClaimLostException"/>
    public Task ChangeAsync(Action<TrainingJob, DateTime> change) => InsistAsync(async () =>
    {
        var now = await db.UtcNowAsync(CancellationToken.None);
        return await db.UpdateJobAsync(
            jobId,
            j =>
            {
                j.RecordElapsed(Token, ElapsedSeconds);
                change(j, now);
            },
            CancellationToken.None) ?? throw new ClaimLostException();
    });

    /// <summary>Retries work until the database is available. The work must be idempotent.</summary>
    public async Task<T> InsistAsync<T>(Func<Task<T>> work)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (DatabaseFailures.Are(exception))
            {
                LogDatabaseAway(exception, jobId);
                await Task.Delay(RetryDelay, time);
            }
        }
    }

    /// <summary>
    /// Returns the job to the queue because the process is stopping. Doesn't retry while the database is unavailable: the lease then
    /// expires, which costs the job one attempt.
    /// </summary>
    public async Task ReleaseAsync()
    {
        try
        {
            var now = await db.UtcNowAsync(CancellationToken.None);
            await db.UpdateJobAsync(
                jobId,
                j =>
                {
                    j.RecordElapsed(Token, ElapsedSeconds);
                    j.Release(Token, now);
                },
                CancellationToken.None);
        }
        catch (ClaimLostException)
        {
            LogLost(jobId);
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
            LogNotReleased(exception, jobId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} is no longer this worker's; nothing was written")]
    private partial void LogLost(Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; job {JobId} goes on when its lease has run out")]
    private partial void LogNotReleased(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; job {JobId} waits for it")]
    private partial void LogDatabaseAway(Exception exception, Guid jobId);
}
