using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>
/// Deletes a record with its corrections. If it was made of a prediction's confirmed outcome, that outcome is taken back: the version's
/// live accuracy no longer counts it, and it can be confirmed again. Versions that learned from the record stay.
/// </summary>
public sealed record DeleteRecord(long Id) : IRequest<DeletionAnswer>;

internal sealed partial class DeleteRecordHandler(IModelOpsDbContext db, ICurrentUser user, ILogger<DeleteRecordHandler> logger)
    : IRequestHandler<DeleteRecord, DeletionAnswer>
{
    public async Task<DeletionAnswer> Handle(DeleteRecord request, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await db.InTransactionAsync(cancel => DeleteAsync(request.Id, cancel), cancellationToken);
                LogDeleted(request.Id, user.Signature());
                return new DeletionAnswer(true, Texts.Say($"The record was deleted."));
            }
            catch (DbUpdateConcurrencyException)
            {
                // Somebody else corrected or deleted the record meanwhile. Read it again.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken)
    {
        var record = await db.Records.SingleOrDefaultAsync(r => r.Id == id, cancellationToken) ?? throw RecordRefusals.NotFound();
        db.StoredRecords.Remove(record);
        var since = record.ImportId is { } import
            ? await db.Imports.Where(i => i.Id == import).Select(i => i.PublishedAt ?? i.CreatedAt).SingleAsync(cancellationToken)
            : record.CreatedAt;
        db.RecordDeletions.Add(RecordDeletion.Create(since, await db.UtcNowAsync(cancellationToken), 1));
        if (record.PredictionId is { } predictionId
            && await db.Predictions.SingleOrDefaultAsync(p => p.Id == predictionId, cancellationToken) is { } prediction)
        {
            prediction.WithdrawOutcome();
        }

        // The import's row before the counters, as everywhere, so that no two transactions wait for each other.
        if (record.ImportId is { } ofImport)
        {
            await db.Imports.Where(i => i.Id == ofImport && i.State == ImportState.Published)
                .ExecuteUpdateAsync(i => i.SetProperty(x => x.Records, x => x.Records - 1), cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Record {Record} was deleted by {User}")]
    private partial void LogDeleted(long record, string user);
}
