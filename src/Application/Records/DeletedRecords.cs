using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>Deletes records and notes that they are gone, so that the versions made of them can say so.</summary>
internal static class DeletedRecords
{
    /// <summary>Deletes all matching records, also those of imports that aren't published. Call it inside of a transaction.</summary>
    /// <returns>Number of deleted records.</returns>
    public static async Task<int> DeleteRecordsAsync(
        this IModelOpsDbContext db, Expression<Func<LabelledRecord, bool>> which, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var visible = await db.Records
            .Where(which)
            .Select(r => r.ImportId == null
                ? r.CreatedAt
                : db.Imports.Where(i => i.Id == r.ImportId).Select(i => i.PublishedAt ?? i.CreatedAt).First())
            .GroupBy(since => since)
            .Select(g => new { Since = g.Key, Records = g.Count() })
            .ToListAsync(cancellationToken);
        db.RecordDeletions.AddRange(visible.Select(v => RecordDeletion.Create(v.Since, now, v.Records)));
        await db.SaveChangesAsync(cancellationToken);
        return await db.Records.IgnoreQueryFilters().Where(which).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>The number of records that were visible at a time and have been deleted since.</summary>
    public static Task<int> CountDeletedSinceAsync(this IModelOpsDbContext db, DateTime time, CancellationToken cancellationToken) =>
        db.RecordDeletions.Where(d => d.DeletedAt > time && d.VisibleSince <= time).SumAsync(d => d.Records, cancellationToken);
}
