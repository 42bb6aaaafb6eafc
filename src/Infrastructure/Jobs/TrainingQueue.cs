using Hangfire;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.FaultInjection;

namespace ModelOps.Infrastructure.Jobs;

internal sealed partial class TrainingQueue(IBackgroundJobClient client, JobStorage storage, ILogger<TrainingQueue> logger) : ITrainingQueue
{
    /// <summary>
    /// How many queue entries are read. A waiting job beyond this number may get a second queue entry, which has no effect.
    /// </summary>
    private const int MostAnnounced = 1_000;

    public void Enqueue(Guid jobId)
    {
        FaultPoints.Hit("job.enqueue");
        try
        {
            client.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId, CancellationToken.None));
        }
        catch (BackgroundJobClientException exception)
        {
            // The job is accepted, because its row is committed. The reconciler enqueues it again.
            LogNotEnqueued(exception, jobId);
        }
    }

    public IReadOnlySet<Guid> Announced() => storage.GetMonitoringApi()
        .EnqueuedJobs(TrainingJobRunner.Queue, 0, MostAnnounced)
        .Select(job => job.Value?.Job?.Args.OfType<Guid>().FirstOrDefault() ?? Guid.Empty)
        .ToHashSet();

    [LoggerMessage(Level = LogLevel.Warning, Message = "No worker could be woken for job {JobId}; it is announced again in some seconds")]
    private partial void LogNotEnqueued(Exception exception, Guid jobId);
}
