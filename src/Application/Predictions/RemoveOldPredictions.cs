using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Predictions;

/// <summary>
/// Deletes old predictions without a confirmed outcome. Confirmed predictions are kept, because versions are evaluated on them.
/// </summary>
/// <param name="KeepDays">Age in days at which an unconfirmed prediction is deleted.</param>
public sealed record RemoveOldPredictions(int KeepDays) : IRequest<int>;

internal sealed class RemoveOldPredictionsHandler(IModelOpsDbContext db) : IRequestHandler<RemoveOldPredictions, int>
{
    /// <summary>Rows deleted per transaction, a limit that keeps locks short.</summary>
    private const int Chunk = 5_000;

    public async Task<int> Handle(RemoveOldPredictions request, CancellationToken cancellationToken)
    {
        var before = (await db.UtcNowAsync(cancellationToken)).AddDays(-request.KeepDays);
        var (removed, all) = (0, 0);
        do
        {
            removed = await db.Predictions
                .Where(p => p.ConfirmedClass == null && p.CreatedAt < before)
                .OrderBy(p => p.CreatedAt)
                .Take(Chunk)
                .ExecuteDeleteAsync(cancellationToken);
            all += removed;
        }
        while (removed == Chunk);
        return all;
    }
}
