using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>
/// Starts a training that failed or was cancelled once more: a new job with the same settings, which reads its data anew.
/// </summary>
public sealed record RetryJob(Guid JobId) : IRequest<RetrainAccepted>;

internal sealed class RetryJobHandler(IModelOpsDbContext db, IMediator mediator) : IRequestHandler<RetryJob, RetrainAccepted>
{
    public async Task<RetrainAccepted> Handle(RetryJob request, CancellationToken cancellationToken)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == request.JobId, cancellationToken)
            ?? throw TrainingRefusals.JobNotFound();
        if (job.Status is not (JobStatus.Failed or JobStatus.Cancelled))
        {
            throw TrainingRefusals.NothingToRetry();
        }

        return job.Purpose is JobPurpose.Retraining(var data)
            ? await mediator.Send(
                new RetrainModel
                {
                    UseDatabase = data.UsesDatabase,
                    DatasetName = data.DatasetName,
                    Architecture = job.Architecture,
                    Epochs = job.Parameters.Epochs,
                    BatchSize = job.Parameters.BatchSize,
                    LearningRate = job.Parameters.LearningRate,
                    HiddenSize = job.Parameters.HiddenSize,
                    Seed = job.Parameters.Seed,
                },
                cancellationToken)
            : await mediator.Send(new ReproduceVersion(((JobPurpose.Reproducing)job.Purpose).Version), cancellationToken);
    }
}
