using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>
/// What is known of the rows that a version was trained on. It is computed from the version's own rows when somebody asks first.
/// </summary>
public sealed record GetVersionProfile(string Version) : IRequest<VersionProfile>;

public sealed record VersionProfile(string Version, DataProfile Profile);

internal sealed class GetVersionProfileValidator : AbstractValidator<GetVersionProfile>
{
    public GetVersionProfileValidator() => RuleFor(r => r.Version).CouldBeAVersion();
}

internal sealed class GetVersionProfileHandler(IModelOpsDbContext db, IArtifactStore artifacts, TurnLines turns, ICurrentUser user)
    : IRequestHandler<GetVersionProfile, VersionProfile>
{
    public async Task<VersionProfile> Handle(GetVersionProfile request, CancellationToken cancellationToken)
    {
        var version = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == request.Version, cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();
        var profile = version.DataProfile ?? await MakeAsync(version, cancellationToken);
        return new VersionProfile(version.Name, user.MayReadRows() ? profile : profile.WithoutValues());
    }

    private async Task<DataProfile> MakeAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        using var place = turns.Take(Work.Reading, user.Signature());
        await place.StartAsync(cancellationToken);
        using var rows = await artifacts.OpenRowsAsync(version, cancellationToken);
        var profile = DataProfiler.Of(rows.Read());
        await db.Versions
            .Where(v => v.Id == version.Id)
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.DataProfile, profile), cancellationToken);
        return profile;
    }
}
