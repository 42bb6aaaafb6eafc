using System.Text.Json.Serialization;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>Summarises the labelled records that the database holds for training.</summary>
public sealed record GetRecordsSummary : IRequest<RecordsSummary>, ITakesTurns
{
    Work ITakesTurns.Work => Work.Batch;
}

/// <param name="Enough">
/// Whether a training on the database may be asked for: there are enough distinct records (inputs and class), or it also reads the
/// hospital's own table.
/// </param>
/// <param name="ReadsSource">Whether a training on the database also reads the hospital's own table. Its rows aren't counted here.</param>
public sealed record RecordsSummary(
    int Records, int Labelled, IReadOnlyDictionary<DiabetesClass, int> ByClass, int MinimumRequired, bool Enough, bool ReadsSource)
{
    /// <summary>Number of distinct records, counted up to <see cref="MinimumRequired"/>.</summary>
    [JsonIgnore]
    public int Distinct { get; init; }
}

internal sealed class GetRecordsSummaryHandler(IModelOpsDbContext db, IRecordSource source)
    : IRequestHandler<GetRecordsSummary, RecordsSummary>
{
    public async Task<RecordsSummary> Handle(GetRecordsSummary request, CancellationToken cancellationToken)
    {
        var counts = await db.CountByClassAsync(cancellationToken);
        var labelled = counts.Values.Sum();
        var distinct = await db.CountDistinctAsync(LabelledRecord.MinimumForTraining, cancellationToken);
        return new RecordsSummary(
            labelled,
            labelled,
            counts,
            LabelledRecord.MinimumForTraining,
            distinct >= LabelledRecord.MinimumForTraining || source.IsConfigured,
            source.IsConfigured) { Distinct = distinct };
    }
}
