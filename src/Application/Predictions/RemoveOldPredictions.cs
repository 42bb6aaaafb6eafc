using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Predictions;

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
        // The ids ascend with the time, so old predictions are a range of the key. Each batch goes on after the last one, so that the
        // confirmed predictions among them are passed once.
        var end = PredictionIds.FirstAt((await db.UtcNowAsync(cancellationToken)).AddDays(-request.KeepDays));
        var after = Guid.Empty;
        for (var all = 0; ; await Task.Delay(Pause, time, cancellationToken))
        {
            var old = await db.Predictions.AsNoTracking()
                .Where(p => p.Id > after && p.Id < end && p.ConfirmedClass == null)
                .OrderBy(p => p.Id)
                .Select(p => p.Id)
                .Take(Batch)
                .ToListAsync(cancellationToken);
            if (old.Count > 0)
            {
                var last = old[^1];
                all += await db.Predictions
                    .Where(p => p.Id > after && p.Id <= last && p.ConfirmedClass == null)
                    .ExecuteDeleteAsync(cancellationToken);
                after = last;
            }

            if (old.Count < Batch)
            {
                return all;
            }
        }
    }
}
