using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>
/// Reconciles jobs, wake-ups and files with the database, at startup and every few seconds. Jobs of dead workers return to the queue,
/// queued jobs without a wake-up get one, and folders without a database row are deleted.
/// </summary>
/// <param name="OnlyProcess">
/// No other process can be running (the embedded default, at startup), so every running job is abandoned.
/// </param>
public sealed record ReconcileJobs(bool OnlyProcess = false) : IRequest;

internal sealed partial class ReconcileJobsHandler(
    IModelOpsDbContext db, ITrainingQueue queue, IArtifactStore artifacts, ITrainingWorkspaces workspaces, IDatasetStore datasets,
        ILogger<ReconcileJobsHandler> logger)
    : IRequestHandler<ReconcileJobs>
{
    private const int WakeUpsAtOnce = 100;

    public async Task<Unit> Handle(ReconcileJobs request, CancellationToken cancellationToken)
    {
        await TakeBackAbandonedAsync(request.OnlyProcess, cancellationToken);
        await AnnounceQueuedAsync(cancellationToken);
        await SweepJobsAndVersionsAsync(cancellationToken);
        await SweepDatasetsAsync(request.OnlyProcess, cancellationToken);
        Sweep(() => artifacts.SweepStaging(request.OnlyProcess));
        return Unit.Value;
    }

    private async Task TakeBackAbandonedAsync(bool onlyProcess, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var abandoned = await db.Jobs.AsNoTracking()
            .Where(j => (j.Status == JobStatus.Running || j.Status == JobStatus.Cancelling)
                && (onlyProcess || j.LeaseUntil == null || j.LeaseUntil <= now))
            .Select(j => j.Id)
            .ToListAsync(cancellationToken);
        foreach (var id in abandoned)
        {
            await db.UpdateJobAsync(
                id,
                j =>
                {
                    if (onlyProcess || j.IsAbandoned(now))
                    {
                        j.TakeBack(now, workerIsGone: onlyProcess);
                    }
                },
                cancellationToken);
        }
    }

    private async Task AnnounceQueuedAsync(CancellationToken cancellationToken)
    {
        var queued = await db.Jobs.AsNoTracking()
            .Where(j => j.Status == JobStatus.Queued)
            .OrderBy(j => j.Sequence)
            .Select(j => j.Id)
            .Take(WakeUpsAtOnce)
            .ToListAsync(cancellationToken);
        if (queued.Count == 0)
        {
            return;
        }

        // Don't enqueue a second wake-up for the same job.
        var announced = queue.Announced();
        foreach (var id in queued.Where(id => !announced.Contains(id)))
        {
            queue.Enqueue(id);
        }
    }

    private async Task SweepJobsAndVersionsAsync(CancellationToken cancellationToken)
    {
        // List the folders before reading the rows. A version published in between then has its row, or its job is still running.
        var folders = workspaces.ListJobs();
        var published = artifacts.ListVersions();
        var unfinished = (await db.Jobs.AsNoTracking()
            .Where(j => j.Status == JobStatus.Queued || j.Status == JobStatus.Running || j.Status == JobStatus.Cancelling)
            .Select(j => new { j.Id, j.Status })
            .ToListAsync(cancellationToken)).ToDictionary(j => j.Id, j => j.Status);
        foreach (var folder in folders.Where(f => !unfinished.ContainsKey(f)))
        {
            Sweep(() => workspaces.Delete(folder));
        }

        if (published.Count == 0)
        {
            return;
        }

        var known = (await db.Versions.AsNoTracking().Select(v => v.Name).ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var (version, jobId) in published)
        {
            var beingPublished = jobId is { } id && unfinished.TryGetValue(id, out var status) && status != JobStatus.Queued;
            if (!known.Contains(version) && !beingPublished)
            {
                Sweep(() => artifacts.DeleteVersion(version));
            }
        }
    }

    private async Task SweepDatasetsAsync(bool onlyProcess, CancellationToken cancellationToken)
    {
        // A file without a row may belong to an upload that hasn't committed yet. Delete only files older than the last step of any
        // upload.
        var settled = datasets.ListSettled(onlyProcess);
        if (settled.Count == 0)
        {
            return;
        }

        var known = (await db.Datasets.AsNoTracking().Select(d => d.Id).ToListAsync(cancellationToken)).ToHashSet();
        foreach (var id in settled.Where(id => !known.Contains(id)))
        {
            Sweep(() => datasets.Delete(id));
        }
    }

    /// <summary>
    /// Ignores failures, because another process may be deleting the same files or the disk may fail. The next sweep retries.
    /// </summary>
    private void Sweep(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A leftover could not be removed and is tried again in some seconds")]
    private partial void LogNotRemoved(Exception exception);
}
