using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>
/// Removes the epochs of jobs that ended long ago, by far their largest column. The jobs stay, and so do the histories of versions.
/// </summary>
/// <param name="KeepDays">Days after a job's end at which its history is removed.</param>
public sealed record RemoveOldJobHistories(int KeepDays) : IRequest<int>;

internal sealed class RemoveOldJobHistoriesHandler(IModelOpsDbContext db, TimeProvider time) : IRequestHandler<RemoveOldJobHistories, int>
{
    /// <summary>Rows changed per transaction, a limit that keeps locks short.</summary>
    private const int Batch = 200;

    public async Task<int> Handle(RemoveOldJobHistories request, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow().UtcDateTime.AddDays(-request.KeepDays);
        IReadOnlyList<EpochPoint> none = [];
        for (var (all, after) = (0, 0L); ;)
        {
            var old = await db.Jobs.AsNoTracking()
                .Where(j => j.Sequence > after && j.FinishedAt < limit && j.History != none)
                .OrderBy(j => j.Sequence)
                .Select(j => j.Sequence)
                .Take(Batch)
                .ToListAsync(cancellationToken);
            if (old.Count > 0)
            {
                all += await db.Jobs.Where(j => old.Contains(j.Sequence)).ExecuteUpdateAsync(
                    j => j.SetProperty(x => x.History, none).SetProperty(x => x.RowVersion, x => x.RowVersion + 1), cancellationToken);
                after = old[^1];
            }

            if (old.Count < Batch)
            {
                return all;
            }
        }
    }
}
