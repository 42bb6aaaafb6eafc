using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>Cancels a job. A queued job ends at once; a running job ends when its worker has read the request to cancel.</summary>
public sealed record CancelJob(Guid JobId) : IRequest<JobAnswer>;

internal sealed class CancelJobHandler(IModelOpsDbContext db) : IRequestHandler<CancelJob, JobAnswer>
{
    public async Task<JobAnswer> Handle(CancelJob request, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var job = await db.UpdateJobAsync(request.JobId, j => j.RequestCancellation(now), cancellationToken)
            ?? throw TrainingRefusals.JobNotFound();
        return JobAnswer.Of(job, now);
    }
}
