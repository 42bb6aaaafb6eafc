using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

public sealed record GetActiveModel : IRequest<ActiveModelAnswer>;

/// <param name="Epoch">Counts activations.</param>
public sealed record ActiveModelAnswer(
    string Version,
    DateTime CreatedAt,
    HeadlineMetrics Metrics,
    int TrainingSamples,
    DateTime ActivatedAt,
    string ActivatedBy,
    long Epoch);

internal sealed class GetActiveModelHandler(IModelOpsDbContext db) : IRequestHandler<GetActiveModel, ActiveModelAnswer>
{
    public async Task<ActiveModelAnswer> Handle(GetActiveModel request, CancellationToken cancellationToken) =>
        await db.ActiveModels.AsNoTracking()
            .Select(a => new ActiveModelAnswer(
                a.Version.Name,
                a.Version.CreatedAt,
                a.Version.Metrics,
                a.Version.TrainingSamples,
                a.Activation.At,
                a.Activation.By,
                a.Epoch))
            .SingleOrDefaultAsync(cancellationToken)
        ?? throw VersionRefusals.NoActiveModel(RefusalKind.NotFound);
}
