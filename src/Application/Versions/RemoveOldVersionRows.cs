using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Removes the rows of old versions. Such a version, also the one in service, keeps its other files and serves, but can neither be compared
/// nor reproduced.
/// </summary>
/// <param name="KeepDays">Age in days at which a version's rows are removed.</param>
public sealed record RemoveOldVersionRows(int KeepDays) : IRequest<int>;

internal sealed class RemoveOldVersionRowsHandler(IModelOpsDbContext db, IArtifactStore artifacts)
    : IRequestHandler<RemoveOldVersionRows, int>
{
    public async Task<int> Handle(RemoveOldVersionRows request, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var before = now.AddDays(-request.KeepDays);
        var old = await db.Versions.Where(v => v.RowsRemovedAt == null && v.CreatedAt < before).ToListAsync(cancellationToken);
        foreach (var version in old)
        {
            version.RemoveRows(now);
        }

        // The database first: a version whose rows are listed has them. What a crash leaves is deleted by the next run.
        await db.SaveChangesAsync(cancellationToken);
        var names = await db.Versions.Where(v => v.RowsRemovedAt != null).Select(v => v.Name).ToListAsync(cancellationToken);
        names.ForEach(artifacts.DeleteRows);
        return old.Count;
    }
}
