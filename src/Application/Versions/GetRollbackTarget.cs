using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>The version that <see cref="RollbackModel"/> would put in service now; null if there is none.</summary>
public sealed record GetRollbackTarget : IRequest<string?>;

internal sealed class GetRollbackTargetHandler(IModelOpsDbContext db) : IRequestHandler<GetRollbackTarget, string?>
{
    public async Task<string?> Handle(GetRollbackTarget request, CancellationToken cancellationToken)
    {
        var current = await db.Activations.AsNoTracking().OrderByDescending(a => a.Id).FirstOrDefaultAsync(cancellationToken);
        return (await db.FindRollbackTargetAsync(current, cancellationToken))?.Version.Name;
    }
}

internal static class RollbackQueries
{
    /// <summary>The most recent earlier activation of another version that still exists; null if there is none.</summary>
    /// <param name="current">The latest activation; null if there is none.</param>
    public static async Task<(Activation Activation, ModelVersion Version)?> FindRollbackTargetAsync(
        this IModelOpsDbContext db, Activation? current, CancellationToken cancellationToken)
    {
        for (var id = current?.PrecedingId; id is not null;)
        {
            var earlier = await db.Activations.AsNoTracking().SingleAsync(a => a.Id == id, cancellationToken);
            if (earlier.To != current!.To
                && await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == earlier.To, cancellationToken) is { } version)
            {
                return (earlier, version);
            }

            id = earlier.PrecedingId;
        }

        return null;
    }
}
