using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Training;

/// <summary>
/// Retrains a version from its own specification and rows, and records in the job whether the weights are identical. It creates no new
/// version.
/// </summary>
public sealed record ReproduceVersion(string Version) : IRequest<RetrainAccepted>;

internal sealed class ReproduceVersionValidator : AbstractValidator<ReproduceVersion>
{
    public ReproduceVersionValidator() => RuleFor(r => r.Version).CouldBeAVersion();
}

internal sealed class ReproduceVersionHandler(IModelOpsDbContext db, IArtifactStore artifacts, ITrainingQueue queue, ICurrentUser user)
    : IRequestHandler<ReproduceVersion, RetrainAccepted>
{
    public async Task<RetrainAccepted> Handle(ReproduceVersion request, CancellationToken cancellationToken)
    {
        var version = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == request.Version, cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();

        // Open the rows now, so that corrupt rows refuse this request instead of failing the job later.
        using var rows = await artifacts.OpenRowsAsync(version, cancellationToken);
        var job = TrainingJob.Create(
            new JobPurpose.Reproducing(version.Name),
            version.Specification.Architecture,
            version.Specification.Parameters,
            (int)rows.Header.Total,
            version.Specification.DataSha256,
            user.Signature(),
            await db.UtcNowAsync(cancellationToken));
        db.Jobs.Add(job);
        await db.SaveChangesAsync(cancellationToken);
        queue.Enqueue(job.Id);
        return new RetrainAccepted(job.Id);
    }
}
