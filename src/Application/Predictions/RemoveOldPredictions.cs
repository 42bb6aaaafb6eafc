using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Predictions;

/// <summary>
/// Deletes old predictions without a confirmed outcome. Confirmed predictions are kept, because versions are evaluated on them.
/// </summary>
/// <param name="KeepDays">Age in days at which an unconfirmed prediction is deleted.</param>
public sealed record RemoveOldPredictions(int KeepDays) : IRequest<int>;

internal sealed class RemoveOldPredictionsHandler(IModelOpsDbContext db, TimeProvider time) : IRequestHandler<RemoveOldPredictions, int>
{
    /// <summary>Rows deleted per transaction, a limit that keeps locks short.</summary>
    private const int Batch = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<int> Handle(RemoveOldPredictions request, CancellationToken cancellationToken)
    {
        var before = (await db.UtcNowAsync(cancellationToken)).AddDays(-request.KeepDays);
        for (var all = 0; ; await Task.Delay(Pause, time, cancellationToken))
        {
            var removed = await db.Predictions
                .Where(p => p.ConfirmedClass == null && p.CreatedAt < before)
                .OrderBy(p => p.CreatedAt)
                .Take(Batch)
                .ExecuteDeleteAsync(cancellationToken);
            all += removed;
            if (removed < Batch)
            {
                return all;
            }
        }
    }
}
