using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Training;

/// <summary>Removes old logs of attempts.</summary>
/// <param name="KeepDays">Days after an attempt's start at which it is removed.</param>
public sealed record RemoveOldAttempts(int KeepDays) : IRequest<int>;

internal sealed class RemoveOldAttemptsHandler(IModelOpsDbContext db, TimeProvider time) : IRequestHandler<RemoveOldAttempts, int>
{
    /// <summary>Rows deleted per transaction, a limit that keeps locks short.</summary>
    private const int Batch = 500;

    public async Task<int> Handle(RemoveOldAttempts request, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow().UtcDateTime.AddDays(-request.KeepDays);
        var (removed, all) = (0, 0);
        do
        {
            removed = await db.TrainingAttempts
                .Where(a => a.StartedAt < limit).OrderBy(a => a.StartedAt).Take(Batch).ExecuteDeleteAsync(cancellationToken);
            all += removed;
        }
        while (removed == Batch);
        return all;
    }
}
