using Hangfire;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Faults;

namespace ModelOps.Infrastructure.Jobs;

internal sealed class TrainingQueue(IBackgroundJobClient client, JobStorage storage) : ITrainingQueue
{
    public void Enqueue(Guid jobId)
    {
        FaultPoints.Hit("job.enqueue");
        client.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId, CancellationToken.None));
    }

    public bool IsEmpty() => storage.GetMonitoringApi().EnqueuedCount(TrainingJobRunner.Queue) == 0;
}
