using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;

namespace ModelOps.Application.Records;

/// <summary>What several use cases ask about the records.</summary>
internal static class RecordQueries
{
    /// <summary>Rows that are looked up at once.</summary>
    private const int Batch = 1_000;

    /// <summary>Counts the distinct records (inputs and class), but at most <paramref name="limit"/>, so that it is cheap.</summary>
    public static Task<int> CountDistinctAsync(this IModelOpsDbContext db, int limit, CancellationToken cancellationToken) =>
        db.Records.Select(r => new { r.HbA1c, r.Age, r.Bmi, r.Gender, r.Class }).Distinct().Take(limit).CountAsync(cancellationToken);

    /// <summary>Counts the rows, repetitions included, that are among the records (inputs and class).</summary>
    public static async Task<int> CountKnownAsync(
        this IModelOpsDbContext db, IEnumerable<CountedRow> rows, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var batch in rows.Chunk(Batch))
        {
            var known = await db.FindKnownAsync([.. batch.Select(row => row.Row)], cancellationToken);
            count += batch.Zip(known, (row, isKnown) => isKnown ? row.Count : 0).Sum();
        }

        return count;
    }
}
