using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>Removes the logs of attempts that began more than <see cref="TrainingAttempt.KeepDays"/> days ago.</summary>
public sealed record RemoveOldAttempts : IRequest;

internal sealed class RemoveOldAttemptsHandler(IModelOpsDbContext db, TimeProvider time) : IRequestHandler<RemoveOldAttempts>
{
    public async Task<Unit> Handle(RemoveOldAttempts request, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow().UtcDateTime.AddDays(-TrainingAttempt.KeepDays);
        await db.TrainingAttempts.Where(a => a.StartedAt < limit).ExecuteDeleteAsync(cancellationToken);
        return Unit.Value;
    }
}
