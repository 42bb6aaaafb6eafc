using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;

namespace ModelOps.Application.Versions;

/// <summary>Brings what this process serves in line with the database's pointer; cheap when nothing has changed.</summary>
/// <param name="LoadedEpoch">The epoch that is loaded, 0 for none.</param>
public sealed record SyncServingModel(long LoadedEpoch) : IRequest<ServingState>;

/// <param name="Epoch">The epoch that is loaded now.</param>
/// <param name="Problem">Why the active version isn't loaded; null when all is well.</param>
public sealed record ServingState(long Epoch, string? Problem);

internal sealed class SyncServingModelHandler(IModelOpsDbContext db, IServingModel serving, ActivePointerFile file)
    : IRequestHandler<SyncServingModel, ServingState>
{
    public async Task<ServingState> Handle(SyncServingModel request, CancellationToken cancellationToken)
    {
        var epoch = await db.ActiveModels.AsNoTracking().Select(a => a.Epoch).SingleOrDefaultAsync(cancellationToken);
        if (epoch == request.LoadedEpoch)
        {
            return new ServingState(epoch, null);
        }

        var active = await db.ActiveModels.AsNoTracking().Include(a => a.Version).SingleAsync(cancellationToken);
        try
        {
            serving.Publish(await serving.LoadAsync(active.Version, cancellationToken), active.Epoch);
        }
        catch (RefusalException refusal)
        {
            return new ServingState(request.LoadedEpoch, refusal.Message);
        }

        await file.RefreshAsync(cancellationToken);
        return new ServingState(active.Epoch, null);
    }
}
