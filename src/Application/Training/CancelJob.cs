using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>A queued job ends at once; a running one as soon as its worker has seen it.</summary>
public sealed record CancelJob(Guid JobId) : IRequest<JobDetail>;

internal sealed class CancelJobHandler(IModelOpsDbContext db) : IRequestHandler<CancelJob, JobDetail>
{
    public async Task<JobDetail> Handle(CancelJob request, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var job = await db.UpdateJobAsync(request.JobId, j => j.RequestCancellation(now), cancellationToken)
            ?? throw TrainingRefusals.JobNotFound();
        return new JobDetail(JobListItem.Of(job, now), job.History, job.RowVersion);
    }
}
