using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>A labelled record with the corrections of its class.</summary>
public sealed record GetRecord(long Id) : IRequest<RecordDetail>;

/// <summary>One correction of a record's class.</summary>
public sealed record CorrectionAnswer(DiabetesClass From, DiabetesClass To, string Reason, DateTime CorrectedAt, string CorrectedBy)
{
    /// <summary>Excludes the diagnoses.</summary>
    public override string ToString() => nameof(CorrectionAnswer);
}

/// <param name="Corrections">Latest first; at most <see cref="PageRequest.MaxLimit"/>.</param>
public sealed record RecordDetail(
    long Id,
    double HbA1c,
    double Age,
    double Bmi,
    Gender Gender,
    DiabetesClass Class,
    LabelSource Source,
    DateTime CreatedAt,
    string CreatedBy,
    long? ImportId,
    Guid? PredictionId,
    DateTime? CorrectedAt,
    string? CorrectedBy,
    IReadOnlyList<CorrectionAnswer> Corrections)
    : RecordItem(
        Id, HbA1c, Age, Bmi, Gender, Class, Source, CreatedAt, CreatedBy, ImportId, PredictionId, CorrectedAt, CorrectedBy);

internal sealed class GetRecordHandler(IModelOpsDbContext db) : IRequestHandler<GetRecord, RecordDetail>
{
    public async Task<RecordDetail> Handle(GetRecord request, CancellationToken cancellationToken)
    {
        var record = await db.Records.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.Id, cancellationToken)
            ?? throw RecordRefusals.NotFound();
        return await ReadAsync(db, record, cancellationToken);
    }

    public static async Task<RecordDetail> ReadAsync(IModelOpsDbContext db, LabelledRecord record, CancellationToken cancellationToken)
    {
        var corrections = await db.Corrections.AsNoTracking()
            .Where(c => c.RecordId == record.Id)
            .OrderByDescending(c => c.Id)
            .Take(PageRequest.MaxLimit)
            .Select(c => new CorrectionAnswer(c.From, c.To, c.Reason, c.CorrectedAt, c.CorrectedBy))
            .ToListAsync(cancellationToken);
        var latest = corrections.FirstOrDefault();
        return new RecordDetail(
            record.Id,
            record.HbA1c,
            record.Age,
            record.Bmi,
            record.Gender,
            record.Class,
            record.Source,
            record.CreatedAt,
            record.CreatedBy,
            record.ImportId,
            record.PredictionId,
            latest?.CorrectedAt,
            latest?.CorrectedBy,
            corrections);
    }
}
