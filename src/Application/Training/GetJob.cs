using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

public sealed record GetJob(Guid JobId) : IRequest<JobAnswer>;

internal sealed class GetJobHandler(IModelOpsDbContext db) : IRequestHandler<GetJob, JobAnswer>
{
    public async Task<JobAnswer> Handle(GetJob request, CancellationToken cancellationToken)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == request.JobId, cancellationToken)
            ?? throw TrainingRefusals.JobNotFound();
        return JobAnswer.Of(job, await db.UtcNowAsync(cancellationToken));
    }
}
