using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>A queued job ends at once; a running one as soon as its worker has seen it.</summary>
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
