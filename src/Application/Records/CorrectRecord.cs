using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>The body of a correction.</summary>
public sealed record RecordCorrectionInput
{
    [JsonPropertyName(ColumnNames.Class)]
    public required string Class { get; init; }

    public required string Reason { get; init; }

    /// <summary>Excludes the diagnosis.</summary>
    public override string ToString() => nameof(RecordCorrectionInput);
}

/// <summary>
/// Corrects a record's class and keeps the earlier one. A record of a prediction's confirmed outcome corrects that outcome as well, so that
/// the version's live accuracy counts what is right. The same class again changes nothing, so that a repeated request does no harm.
/// </summary>
public sealed record CorrectRecord(long Id, RecordCorrectionInput Correction) : IRequest<RecordDetail>;

internal sealed class CorrectRecordValidator : AbstractValidator<CorrectRecord>
{
    public CorrectRecordValidator() =>
        RuleFor(r => r.Correction).SetValidator(new RecordCorrectionValidator()).OverridePropertyName("");
}

internal sealed class RecordCorrectionValidator : AbstractValidator<RecordCorrectionInput>
{
    public RecordCorrectionValidator()
    {
        RuleFor(r => r.Class).Must(c => c is not null && DiabetesClasses.TryParse(c, out _))
            .WithMessage(_ => Texts.Say(FeatureSchema.Current.Label.Outside));
        RuleFor(r => r.Reason)
            .Must(reason => !string.IsNullOrWhiteSpace(reason) && reason.Length <= RecordCorrection.MaxReason)
            .WithMessage(_ => Texts.Say($"must have 1 to {RecordCorrection.MaxReason} characters"));
    }
}

internal sealed partial class CorrectRecordHandler(IModelOpsDbContext db, ICurrentUser user, ILogger<CorrectRecordHandler> logger)
    : IRequestHandler<CorrectRecord, RecordDetail>
{
    public async Task<RecordDetail> Handle(CorrectRecord request, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var (record, isChanged) = await db.InTransactionAsync(cancel => CorrectAsync(request, cancel), cancellationToken);
                if (isChanged)
                {
                    LogCorrected(record.Id, user.Signature());
                }

                return record;
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || db.IsForeignKeyViolation(exception))
            {
                // Somebody else corrected or deleted the record meanwhile. Read it again, so that neither correction is lost.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<(RecordDetail Record, bool IsChanged)> CorrectAsync(CorrectRecord request, CancellationToken cancellationToken)
    {
        var record = await db.Records.SingleOrDefaultAsync(r => r.Id == request.Id, cancellationToken) ?? throw RecordRefusals.NotFound();
        var to = DiabetesClasses.Parse(request.Correction.Class);
        var now = await db.UtcNowAsync(cancellationToken);
        var correction = record.Correct(to, request.Correction.Reason.Trim(), user.Signature(), now);
        if (correction is not null)
        {
            db.Corrections.Add(correction);
            if (record.PredictionId is { } id
                && await db.Predictions.SingleOrDefaultAsync(p => p.Id == id, cancellationToken) is { ConfirmedClass: not null } prediction)
            {
                prediction.CorrectOutcome(to);
            }

            await db.SaveChangesAsync(cancellationToken);
        }

        return (await GetRecordHandler.ReadAsync(db, record, cancellationToken), correction is not null);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The class of record {Record} was corrected by {User}")]
    private partial void LogCorrected(long record, string user);
}
