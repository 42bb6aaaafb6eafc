using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application;

/// <summary>Deletes the stored first answers of requests with an idempotency key. A later retry is a new request.</summary>
/// <param name="KeepHours">Age in hours at which an answer is deleted.</param>
public sealed record RemoveOldIdempotencyKeys(int KeepHours) : IRequest<int>;

internal sealed class RemoveOldIdempotencyKeysHandler(IModelOpsDbContext db) : IRequestHandler<RemoveOldIdempotencyKeys, int>
{
    /// <summary>Rows deleted per transaction, a limit that keeps locks short.</summary>
    private const int Chunk = 500;

    public async Task<int> Handle(RemoveOldIdempotencyKeys request, CancellationToken cancellationToken)
    {
        var before = (await db.UtcNowAsync(cancellationToken)).AddHours(-request.KeepHours);
        var (removed, all) = (0, 0);
        do
        {
            removed = await db.IdempotentRequests
                .Where(r => r.CreatedAt < before)
                .OrderBy(r => r.CreatedAt)
                .Take(Chunk)
                .ExecuteDeleteAsync(cancellationToken);
            all += removed;
        }
        while (removed == Chunk);
        return all;
    }
}
