using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Models;

namespace ModelOps.Application.Models;

public sealed record GetVersion(string Version) : IRequest<VersionDetail>;

internal sealed class GetVersionValidator : AbstractValidator<GetVersion>
{
    public GetVersionValidator() => RuleFor(r => r.Version).CouldBeAVersion();
}

internal sealed class GetVersionHandler(IModelOpsDbContext db) : IRequestHandler<GetVersion, VersionDetail>
{
    public async Task<VersionDetail> Handle(GetVersion request, CancellationToken cancellationToken)
    {
        var v = await db.Versions.AsNoTracking().SingleOrDefaultAsync(x => x.Name == request.Version, cancellationToken)
            ?? throw ModelRefusals.VersionNotFound();
        var isActive = await db.ActiveModels.AnyAsync(a => a.VersionId == v.Id, cancellationToken);
        return new VersionDetail(
            v.Name,
            v.CreatedAt,
            v.Metrics,
            isActive,
            v.TrainingSamples,
            v.TrainingTime,
            v.JobId,
            v.Specification.Architecture,
            v.Specification.Parameters,
            v.Summary.BestEpoch,
            v.Summary.WeightsSha256,
            new VersionData(v.DataSource, v.Summary.DataRows, v.Specification.DataSha256, v.Summary.Rows),
            v.Summary.Evaluation,
            v.Summary.History,
            [.. v.Files.Where(f => f.Name != ModelVersion.RowsFile)]);
    }
}
