using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Predictions;

namespace ModelOps.Application.Predictions;

/// <summary>Stores a batch of predictions in one transaction.</summary>
/// <param name="Again">An earlier attempt failed. It may have committed even though its response was lost.</param>
public sealed record StorePredictions(IReadOnlyList<Prediction> Predictions, bool Again) : IRequest;

internal sealed class StorePredictionsHandler(IModelOpsDbContext db) : IRequestHandler<StorePredictions>
{
    public async Task<Unit> Handle(StorePredictions request, CancellationToken cancellationToken)
    {
        var predictions = request.Predictions;
        if (request.Again)
        {
            Guid[] ids = [.. predictions.Select(p => p.Id)];
            var known = (await db.Predictions.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(p => p.Id)
                .ToListAsync(cancellationToken)).ToHashSet();
            predictions = [.. predictions.Where(p => !known.Contains(p.Id))];
        }

        db.Predictions.AddRange(predictions);
        await db.SaveChangesAsync(cancellationToken);
        return Unit.Value;
    }
}
