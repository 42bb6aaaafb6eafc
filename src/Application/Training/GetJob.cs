using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

public sealed record GetJob(Guid JobId) : IRequest<JobDetail>;

internal sealed class GetJobHandler(IModelOpsDbContext db) : IRequestHandler<GetJob, JobDetail>
{
    public async Task<JobDetail> Handle(GetJob request, CancellationToken cancellationToken)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == request.JobId, cancellationToken)
            ?? throw TrainingRefusals.JobNotFound();
        return new JobDetail(JobListItem.Of(job, await db.UtcNowAsync(cancellationToken)), job.History, job.RowVersion);
    }
}
