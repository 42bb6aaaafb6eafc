using System.ComponentModel;
using Hangfire;
using MediatR;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.FaultInjection;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// The method that Hangfire calls for a queued job. The job's id is the only argument, so that Hangfire's tables contain no data of a
/// request and no type name. Hangfire's automatic retries are off. Attempts are counted in the job's own row, which also counts
/// crashes of the process. An entry whose call failed counts as ended, because Hangfire never removes those that it calls failed.
/// </summary>
internal sealed class TrainingJobRunner(IMediator mediator)
{
    public const string Queue = "training";

    /// <param name="jobId">The training job's id.</param>
    /// <param name="cancellationToken">Hangfire cancels it at shutdown; the job then returns to the queue.</param>
    [Queue(Queue)]
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    [DisplayName("Training {0}")]
    public async Task RunAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await mediator.Send(new RunTraining(jobId), cancellationToken);
        FaultPoints.Hit("training.ended");
    }
}
