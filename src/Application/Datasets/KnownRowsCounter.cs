using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Datasets;

/// <summary>
/// Counts how many rows of a file the service has already. Datasets are compared by their sorted rows files, each read once at most. The
/// rows of a short file are looked up among the records by an index. For a long one, the records are streamed through a filter that admits
/// hardly any but the file's own rows, and only those are sorted.
/// </summary>
internal sealed class KnownRowsCounter(IModelOpsDbContext db, TrainingData data, IRowsFiles files)
{
    /// <summary>Rows files that are open at the same time.</summary>
    private const int FilesAtOnce = 64;

    /// <summary>Rows that are looked up among the records at once.</summary>
    private const int Batch = 1_000;

    /// <summary>Files with more distinct rows are compared with all records in one pass.</summary>
    private const int MaxLookups = 20_000;

    /// <param name="except">The dataset to which the rows belong; null for rows that aren't stored yet.</param>
    public async Task<AlreadyKnown> CountAsync(IRows rows, long? except, CancellationToken cancellationToken)
    {
        var overlap = new RowsOverlap(rows.Open);
        await AddDatasetsAsync(overlap, except, cancellationToken);
        await AddRecordsAsync(overlap, rows, cancellationToken);
        var counts = overlap.Count();
        return new AlreadyKnown(
            (int)counts.Rows, (int)counts.Records, (int)counts.Datasets, await db.UtcNowAsync(cancellationToken));
    }

    private async Task AddDatasetsAsync(RowsOverlap overlap, long? except, CancellationToken cancellationToken)
    {
        var others = await db.Datasets.AsNoTracking()
            .Where(d => d.Id != except).OrderBy(d => d.Id).Select(d => new { d.Id, d.Name }).ToListAsync(cancellationToken);
        foreach (var group in others.Chunk(FilesAtOnce))
        {
            List<Stream> open = [];
            try
            {
                foreach (var other in group)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (await OpenAsync(other.Id, other.Name, cancellationToken) is { } stream)
                    {
                        open.Add(stream);
                    }
                }

                overlap.AddDatasets(open);
            }
            finally
            {
                open.ForEach(stream => stream.Dispose());
            }
        }
    }

    /// <summary>A dataset's rows file; null when the dataset was deleted meanwhile.</summary>
    private async Task<Stream?> OpenAsync(long id, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var rows = await data.OpenDatasetAsync(id, name, cancellationToken);
            return rows.Open();
        }
        catch (Exception exception) when (exception is RefusalException or FileNotFoundException)
        {
            return null;
        }
    }

    private async Task AddRecordsAsync(RowsOverlap overlap, IRows rows, CancellationToken cancellationToken)
    {
        if (!await db.Records.AnyAsync(cancellationToken))
        {
            return;
        }

        using var sorter = files.NewSorter();
        await foreach (var record in FindRecordsAsync(overlap, rows, cancellationToken))
        {
            sorter.Add(record);
        }

        overlap.AddRecords(sorter);
    }

    /// <summary>The records that may be equal to a row of the file, among them all that are.</summary>
    private async IAsyncEnumerable<LabelledExample> FindRecordsAsync(
        RowsOverlap overlap, IRows rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (rows.Header.Distinct <= MaxLookups)
        {
            foreach (var batch in rows.Read().Select(row => row.Row).Chunk(Batch))
            {
                var known = await db.FindKnownAsync(batch, cancellationToken);
                foreach (var row in batch.Where((_, i) => known[i]))
                {
                    yield return row;
                }
            }

            yield break;
        }

        var filter = overlap.Filter();
        await foreach (var (record, _) in db.StreamRecordsAsync(cancellationToken))
        {
            if (filter.MayContain(record))
            {
                yield return record;
            }
        }
    }
}
