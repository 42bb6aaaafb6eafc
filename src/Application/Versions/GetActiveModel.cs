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
/// <param name="Number">The version's number for people.</param>
public sealed record ActiveModelAnswer(
    string Version,
    DateTime CreatedAt,
    HeadlineMetrics Metrics,
    int TrainingSamples,
    DateTime ActivatedAt,
    string ActivatedBy,
    [property: JsonPropertyName("epoch")] long ActivationNumber,
    long Number);

internal sealed class GetActiveModelHandler(IModelOpsDbContext db) : IRequestHandler<GetActiveModel, ActiveModelAnswer>
{
    public async Task<ActiveModelAnswer> Handle(GetActiveModel request, CancellationToken cancellationToken) =>
        await (from a in db.ActiveModels.AsNoTracking()
               join l in db.VersionListings on a.VersionId equals l.VersionId
               select new ActiveModelAnswer(
                   a.Version.Name,
                   a.Version.CreatedAt,
                   a.Version.Metrics,
                   a.Version.TrainingSamples,
                   a.Activation.At,
                   a.Activation.By,
                   a.ActivationNumber,
                   l.Number))
            .SingleOrDefaultAsync(cancellationToken)
        ?? throw VersionRefusals.NoActiveModel(RefusalKind.NotFound);
}
