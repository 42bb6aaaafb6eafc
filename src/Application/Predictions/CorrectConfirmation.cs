using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Records;
using ModelOps.Domain.Predictions;

namespace ModelOps.Application.Predictions;

/// <summary>
/// Corrects the recorded diagnosis of a prediction, which is the class of its labelled record: see <see cref="CorrectRecord"/>, which keeps
/// the earlier class, the reason, who corrected it and when.
/// </summary>
public sealed record CorrectConfirmation(Guid PredictionId, RecordCorrectionInput Correction) : IRequest<Confirmation>;

internal sealed class CorrectConfirmationValidator : AbstractValidator<CorrectConfirmation>
{
    public CorrectConfirmationValidator() =>
        RuleFor(r => r.Correction).SetValidator(new RecordCorrectionValidator()).OverridePropertyName("");
}

internal sealed class CorrectConfirmationHandler(IModelOpsDbContext db, IRequestHandler<CorrectRecord, RecordDetail> records)
    : IRequestHandler<CorrectConfirmation, Confirmation>
{
    public async Task<Confirmation> Handle(CorrectConfirmation request, CancellationToken cancellationToken)
    {
        var record = await db.Records.Where(r => r.PredictionId == request.PredictionId).Select(r => (long?)r.Id)
            .SingleOrDefaultAsync(cancellationToken);
        if (record is null)
        {
            throw await db.Predictions.AnyAsync(p => p.Id == request.PredictionId, cancellationToken)
                ? PredictionRefusals.NotLabelled() : PredictionRefusals.NotFound();
        }

        await records.Handle(new CorrectRecord(record.Value, request.Correction), cancellationToken);
        db.DiscardChanges();
        return await db.Predictions.AsNoTracking().Where(p => p.Id == request.PredictionId)
            .Select(p => new Confirmation(p.ConfirmedClass!.Value, p.ConfirmedSource!.Value, p.ConfirmedAt!.Value, p.ConfirmedBy!))
            .SingleOrDefaultAsync(cancellationToken) ?? throw PredictionRefusals.NotFound();
    }
}
