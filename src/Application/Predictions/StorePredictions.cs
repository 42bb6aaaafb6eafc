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
    public Task<Unit> Handle(StorePredictions request, CancellationToken cancellationToken) => db.InTransactionAsync(
        async cancel =>
        {
            await db.InsertAsync(request.Again ? await NewOnesAsync(request.Predictions, cancel) : request.Predictions, cancel);
            return Unit.Value;
        },
        cancellationToken);

    private async Task<IReadOnlyList<Prediction>> NewOnesAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. predictions.Select(p => p.Id)];
        var known = (await db.Predictions.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(p => p.Id)
            .ToListAsync(cancellationToken)).ToHashSet();
        return [.. predictions.Where(p => !known.Contains(p.Id))];
    }
}
