using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

public sealed record GetActiveModel : IRequest<ActiveModelAnswer>;

/// <param name="ActivationNumber">Counts activations.</param>
public sealed record ActiveModelAnswer(
    string Version,
    DateTime CreatedAt,
    HeadlineMetrics Metrics,
    int TrainingSamples,
    DateTime ActivatedAt,
    string ActivatedBy,
    [property: JsonPropertyName("epoch")] long ActivationNumber);

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
                a.ActivationNumber))
            .SingleOrDefaultAsync(cancellationToken)
        ?? throw VersionRefusals.NoActiveModel(RefusalKind.NotFound);
}
