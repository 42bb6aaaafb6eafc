using Hangfire;
using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Jobs;

internal sealed class TrainingQueue(IBackgroundJobClient client, JobStorage storage) : ITrainingQueue
{
    public void Enqueue(Guid jobId) => client.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId, CancellationToken.None));

    public bool IsEmpty() => storage.GetMonitoringApi().EnqueuedCount(TrainingJobRunner.Queue) == 0;
}
