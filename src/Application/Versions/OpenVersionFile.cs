using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Opens one artifact file for download. The name must match one of the version's own files, which prevents path traversal. The file with
/// patients' rows can't be downloaded.
/// </summary>
public sealed record OpenVersionFile(string Version, string File) : IRequest<VersionFile>;

public sealed record VersionFile(Stream Content, string Name, string Sha256);

internal sealed class OpenVersionFileValidator : AbstractValidator<OpenVersionFile>
{
    public OpenVersionFileValidator() => RuleFor(r => r.Version).CouldBeAVersion();
}

internal sealed class OpenVersionFileHandler(IModelOpsDbContext db, IArtifactStore artifacts)
    : IRequestHandler<OpenVersionFile, VersionFile>
{
    public async Task<VersionFile> Handle(OpenVersionFile request, CancellationToken cancellationToken)
    {
        var files = await db.Versions.AsNoTracking()
            .Where(v => v.Name == request.Version).Select(v => v.Files).SingleOrDefaultAsync(cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();
        var file = files.SingleOrDefault(f => f.Name == request.File && f.Name != ModelVersion.RowsFile)
            ?? throw VersionRefusals.FileNotFound();
        return new VersionFile(artifacts.OpenFile(request.Version, file.Name), file.Name, file.Sha256);
    }
}
