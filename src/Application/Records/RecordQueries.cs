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

    /// <summary>The number of visible records of each class, by their counters.</summary>
    public static async Task<IReadOnlyDictionary<DiabetesClass, int>> CountByClassAsync(
        this IModelOpsDbContext db, CancellationToken cancellationToken)
    {
        var counts = await db.RecordCounts
            .Where(c => c.ImportId == RecordCount.NoImport
                || db.Imports.Any(i => i.Id == c.ImportId && i.State == ImportState.Published))
            .GroupBy(c => c.Class)
            .Select(g => new { Class = g.Key, Records = g.Sum(c => c.Records) })
            .ToDictionaryAsync(g => g.Class, g => (int)g.Records, cancellationToken);
        return DiabetesClasses.All.ToDictionary(c => c, c => counts.GetValueOrDefault(c));
    }
}
