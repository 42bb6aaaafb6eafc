using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>The runs of the trainer for a job, the first one first, as far as they are kept.</summary>
public sealed record ListAttempts(Guid JobId) : IRequest<IReadOnlyList<AttemptItem>>;

/// <inheritdoc cref="TrainingAttempt"/>
public sealed record AttemptItem(string Worker, DateTime StartedAt, DateTime? EndedAt, AttemptEnd? End, int? ExitCode, string Log);

internal sealed class ListAttemptsHandler(IModelOpsDbContext db) : IRequestHandler<ListAttempts, IReadOnlyList<AttemptItem>>
{
    public async Task<IReadOnlyList<AttemptItem>> Handle(ListAttempts request, CancellationToken cancellationToken) =>
        await db.TrainingAttempts.AsNoTracking()
            .Where(a => a.JobId == request.JobId)
            .OrderBy(a => a.Id)
            .Select(a => new AttemptItem(a.Worker, a.StartedAt, a.EndedAt, a.End, a.ExitCode, a.Log))
            .ToListAsync(cancellationToken);
}
