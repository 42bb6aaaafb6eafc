using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Deletes a version that isn't in service. Its row is deleted before its files, so that every listed version has its files.
/// </summary>
public sealed record DeleteVersion(string Version) : IRequest<DeletionAnswer>;

internal sealed class DeleteVersionValidator : AbstractValidator<DeleteVersion>
{
    public DeleteVersionValidator() => RuleFor(r => r.Version).CouldBeAVersion();
}

internal sealed class DeleteVersionHandler(IModelOpsDbContext db, IArtifactStore artifacts)
    : IRequestHandler<DeleteVersion, DeletionAnswer>
{
    public async Task<DeletionAnswer> Handle(DeleteVersion request, CancellationToken cancellationToken)
    {
        var version = await db.Versions.SingleOrDefaultAsync(v => v.Name == request.Version, cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();
        if (await db.ActiveModels.AnyAsync(a => a.VersionId == version.Id, cancellationToken))
        {
            throw VersionRefusals.VersionIsActive(version.Name);
        }

        db.Versions.Remove(version);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw VersionRefusals.VersionNotFound();
        }
        catch (DbUpdateException exception) when (db.IsForeignKeyViolation(exception))
        {
            // The version was activated after the check above. The foreign key prevents its deletion.
            throw VersionRefusals.VersionIsActive(version.Name);
        }

        artifacts.DeleteVersion(version.Name);
        return new DeletionAnswer(true, Texts.Say($"{version.Name} was deleted."));
    }
}
