using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>
/// Withdraws an import. One update of its row hides all of its records at once; <see cref="SweepImports"/> removes them in the background.
/// A running training keeps the rows that it has read. Idempotent: a second withdrawal gives the first answer again.
/// </summary>
public sealed record WithdrawImport(long Id) : IRequest<ImportWithdrawn>, ITakesTurns
{
    Work ITakesTurns.Work => Work.Batch;
}

/// <param name="Deleted">Number of records that the withdrawal deleted.</param>
public sealed record ImportWithdrawn(int Deleted);

internal sealed partial class WithdrawImportHandler(IModelOpsDbContext db, ICurrentUser user, ILogger<WithdrawImportHandler> logger)
    : IRequestHandler<WithdrawImport, ImportWithdrawn>
{
    public async Task<ImportWithdrawn> Handle(WithdrawImport request, CancellationToken cancellationToken)
    {
        var (deleted, isFirst) = await db.InTransactionAsync(cancel => WithdrawAsync(request.Id, cancel), cancellationToken);
        if (isFirst)
        {
            LogWithdrawn(request.Id, deleted, user.Signature());
        }

        return new ImportWithdrawn(deleted);
    }

    private async Task<(int Deleted, bool IsFirst)> WithdrawAsync(long id, CancellationToken cancellationToken)
    {
        var records = (int)await db.RecordCounts.Where(c => c.ImportId == id).SumAsync(c => c.Records, cancellationToken);
        DateTime? now = await db.UtcNowAsync(cancellationToken);
        var by = user.Signature();
        if (await db.Imports.Where(i => i.Id == id && i.State == ImportState.Published).ExecuteUpdateAsync(
            i => i
                .SetProperty(x => x.State, ImportState.Withdrawn)
                .SetProperty(x => x.Records, records)
                .SetProperty(x => x.WithdrawnAt, now)
                .SetProperty(x => x.WithdrawnBy, by),
            cancellationToken) == 1)
        {
            var since = await db.Imports.Where(i => i.Id == id).Select(i => i.PublishedAt ?? i.CreatedAt).SingleAsync(cancellationToken);
            db.RecordDeletions.Add(RecordDeletion.Create(since, now.Value, records));
            await db.SaveChangesAsync(cancellationToken);
            return (records, true);
        }

        var withdrawn = await db.Imports.AsNoTracking()
            .SingleOrDefaultAsync(
                i => i.Id == id && (i.State == ImportState.Withdrawn || i.State == ImportState.Removed), cancellationToken)
            ?? throw RecordRefusals.ImportNotFound();
        return (withdrawn.Records, false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Import {Import} with {Records} records was withdrawn by {User}")]
    private partial void LogWithdrawn(long import, int records, string user);
}
