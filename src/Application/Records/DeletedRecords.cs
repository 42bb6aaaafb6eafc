using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>Deletes records and notes that they are gone, so that the versions made of them can say so.</summary>
internal static class DeletedRecords
{
    /// <inheritdoc cref="IModelOpsDbContext.DeleteRecordsOfAsync"/>
    public static async Task<int> DeleteAndNoteRecordsOfAsync(
        this IModelOpsDbContext db, long patient, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var visible = await db.Records.Where(r => r.PatientHash == patient)
            .Select(r => new { r.ImportId, r.CreatedAt }).ToListAsync(cancellationToken);
        foreach (var group in visible.Where(r => r.ImportId is null).CountBy(r => r.CreatedAt))
        {
            db.RecordDeletions.Add(RecordDeletion.Create(group.Key, now, group.Value));
        }

        foreach (var (id, records) in visible.Where(r => r.ImportId is not null).CountBy(r => r.ImportId!.Value))
        {
            var import = db.Imports.Where(i => i.Id == id);
            var since = await import.Select(i => i.PublishedAt ?? i.CreatedAt).SingleAsync(cancellationToken);
            db.RecordDeletions.Add(RecordDeletion.Create(since, now, records));
            await import.Where(i => i.State == ImportState.Published)
                .ExecuteUpdateAsync(i => i.SetProperty(x => x.Records, x => x.Records - records), cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        return await db.DeleteRecordsOfAsync(patient, cancellationToken);
    }

    /// <summary>The number of records that were visible at a time and have been deleted since.</summary>
    public static Task<int> CountDeletedSinceAsync(this IModelOpsDbContext db, DateTime time, CancellationToken cancellationToken) =>
        db.RecordDeletions.Where(d => d.DeletedAt > time && d.VisibleSince <= time).SumAsync(d => d.Records, cancellationToken);
}
