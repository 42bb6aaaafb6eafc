using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Training;

/// <summary>
/// Makes a version again from its own specification and rows, and says in the job whether the weights came out the same. It proves
/// something about that version and makes none: a version has exactly one job.
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

        // Opened now, so that damaged rows refuse the request instead of failing a job later.
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
