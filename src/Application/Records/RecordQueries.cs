using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>What several use cases ask about the records.</summary>
internal static class RecordQueries
{
    /// <summary>Counts the distinct records (inputs and class), but at most <paramref name="limit"/>, so that it is cheap.</summary>
    public static Task<int> CountDistinctAsync(this IModelOpsDbContext db, int limit, CancellationToken cancellationToken) =>
        db.Records.Select(r => new { r.HbA1c, r.Age, r.Bmi, r.Gender, r.Class }).Distinct().Take(limit).CountAsync(cancellationToken);

    /// <summary>
    /// Counts the records by class. Counts each import's records first, from an index alone, and then leaves out the imports that aren't
    /// published: the query filter would look at the import of every single record.
    /// </summary>
    public static async Task<IReadOnlyDictionary<DiabetesClass, int>> CountByClassAsync(
        this IModelOpsDbContext db, CancellationToken cancellationToken)
    {
        var counts = await db.Records.IgnoreQueryFilters()
            .GroupBy(r => new { r.ImportId, r.Class })
            .Select(g => new { g.Key.ImportId, g.Key.Class, Count = g.Count() })
            .Where(g => g.ImportId == null || !db.Imports.Any(i => i.Id == g.ImportId && i.State != ImportState.Published))
            .GroupBy(g => g.Class)
            .Select(g => new { Class = g.Key, Count = g.Sum(x => x.Count) })
            .ToDictionaryAsync(g => g.Class, g => g.Count, cancellationToken);
        return DiabetesClasses.All.ToDictionary(c => c, c => counts.GetValueOrDefault(c));
    }
}
