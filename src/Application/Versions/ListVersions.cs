using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Versions;

public sealed record ListVersions(PageRequest Page) : IRequest<VersionList>;

public sealed record VersionList(IReadOnlyList<VersionListItem> Models, string? ActiveModel, string? NextCursor);

internal sealed class ListVersionsHandler(IModelOpsDbContext db) : IRequestHandler<ListVersions, VersionList>
{
    public async Task<VersionList> Handle(ListVersions request, CancellationToken cancellationToken)
    {
        var active = await db.ActiveModels.AsNoTracking().Select(a => a.Version.Name).SingleOrDefaultAsync(cancellationToken);
        var before = request.Page.AfterNumber() ?? long.MaxValue;
        var found = await db.Versions.AsNoTracking()
            .Where(v => v.Id < before)
            .OrderByDescending(v => v.Id)
            .Take(request.Page.Fetch)
            .Select(v => new
            {
                v.Id,
                Item = new VersionListItem(v.Name, v.CreatedAt, v.Metrics, v.Name == active, v.TrainingSamples, v.TrainingTime, v.JobId),
            })
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(found, v => v.Id);
        return new VersionList([.. page.Items.Select(v => v.Item)], active, page.NextCursor);
    }
}
