using System.ComponentModel;
using Hangfire;
using MediatR;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.FaultInjection;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// What Hangfire runs. One id is its only argument, so that nothing of a request, and no type name, lies in Hangfire's tables.
/// No automatic retries: attempts are counted in our own row, where a crash of the process counts too.
/// </summary>
internal sealed class TrainingJobRunner(IMediator mediator)
{
    public const string Queue = "training";

    /// <param name="jobId">The training job's id.</param>
    /// <param name="cancellationToken">Hangfire's: set when the server shuts down, which hands the job back to the queue.</param>
    [Queue(Queue)]
    [AutomaticRetry(Attempts = 0)]
    [DisplayName("Training {0}")]
    public async Task RunAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await mediator.Send(new RunTraining(jobId), cancellationToken);
        FaultPoints.Hit("training.ended");
    }
}
