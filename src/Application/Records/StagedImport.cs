using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>
/// Writes the records of one import in many short transactions, which nobody sees, and then publishes all of them with one update. If this
/// process ends or stops writing in between, <see cref="SweepImports"/> removes the records.
/// </summary>
internal sealed class StagedImport(IModelOpsDbContext db, Timing timing)
{
    /// <summary>Records per transaction. Other writers of an embedded database wait for one transaction, some milliseconds.</summary>
    private const int Batch = 1_000;

    /// <summary>Writes and publishes the records. Either all of them become visible or none.</summary>
    /// <returns>The import's id.</returns>
    /// <exception cref="Domain.RefusalException">
    /// <c>insufficient_storage</c>; <c>import_interrupted</c>: this process wrote nothing for so long that the import counted as abandoned.
    /// </exception>
    public async Task<long> RunAsync(string fileName, string createdBy, IRows rows, CancellationToken cancellationToken)
    {
        db.RequireRoom(rows.Header.Total);
        var import = RecordImport.Start(fileName, createdBy, await db.UtcNowAsync(cancellationToken), timing.Settled);
        db.Imports.Add(import);
        await db.SaveChangesAsync(cancellationToken);
        try
        {
            var records = 0;
            foreach (var batch in rows.Read().SelectMany(row => Enumerable.Repeat((row.Row, row.Patient), row.Count)).Chunk(Batch))
            {
                await WriteAsync(import, batch, cancellationToken);
                records += batch.Length;
            }

            await PublishAsync(import, records, cancellationToken);
            return import.Id;
        }
        catch
        {
            await AbandonAsync(import);
            throw;
        }
    }

    private Task<bool> WriteAsync(
        RecordImport import, (LabelledExample Row, PatientToken Patient)[] rows, CancellationToken stop) => db.InTransactionAsync(
        async cancel =>
        {
            DateTime? until = await db.UtcNowAsync(cancel) + timing.Settled;
            var alive = Require(await Own(import).ExecuteUpdateAsync(i => i.SetProperty(x => x.LeaseUntil, until), cancel));
            await db.InsertAsync(
                [
                    .. rows.Select(row => LabelledRecord.Create(
                        row.Row, LabelSource.Imported, import.CreatedBy, import.CreatedAt, import.Id, row.Patient)),
                ],
                cancel);
            return alive;
        },
        stop);

    private Task<bool> PublishAsync(RecordImport import, int records, CancellationToken cancellationToken) => db.InTransactionAsync(
        async cancel =>
        {
            DateTime? now = await db.UtcNowAsync(cancel);
            return Require(await Own(import).ExecuteUpdateAsync(
                i => i
                    .SetProperty(x => x.State, ImportState.Published)
                    .SetProperty(x => x.PublishedAt, now)
                    .SetProperty(x => x.Records, records)
                    .SetProperty(x => x.LeaseUntil, (DateTime?)null),
                cancel));
        },
        cancellationToken);

    /// <summary>Lets the records be removed at once. If this fails, they are removed after the lease.</summary>
    private async Task AbandonAsync(RecordImport import)
    {
        try
        {
            await Own(import).ExecuteUpdateAsync(
                i => i.SetProperty(x => x.State, ImportState.Abandoned).SetProperty(x => x.LeaseUntil, (DateTime?)null),
                CancellationToken.None);
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
        }
    }

    /// <summary>The import's row, unless another process took it for abandoned.</summary>
    private IQueryable<RecordImport> Own(RecordImport import) =>
        db.Imports.Where(i => i.Id == import.Id && i.State == ImportState.Staging);

    private static bool Require(int changed) => changed == 1 ? true : throw RecordRefusals.ImportInterrupted();
}
