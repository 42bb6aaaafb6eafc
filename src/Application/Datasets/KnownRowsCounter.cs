using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <summary>
/// Counts how many rows of a file the service has already. Datasets are compared by their sorted rows files, each read once at most; the
/// records are streamed through a filter that admits hardly any but the file's own rows, and only those are sorted.
/// </summary>
internal sealed class KnownRowsCounter(IModelOpsDbContext db, TrainingData data, IRowsFiles files)
{
    /// <summary>Rows files that are open at the same time.</summary>
    private const int FilesAtOnce = 64;

    /// <param name="except">The dataset to which the rows belong; null for rows that aren't stored yet.</param>
    public async Task<AlreadyKnown> CountAsync(IRows rows, long? except, CancellationToken cancellationToken)
    {
        var overlap = new RowsOverlap(rows.Open);
        await AddDatasetsAsync(overlap, except, cancellationToken);
        await AddRecordsAsync(overlap, cancellationToken);
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

    private async Task AddRecordsAsync(RowsOverlap overlap, CancellationToken cancellationToken)
    {
        if (!await db.Records.AnyAsync(cancellationToken))
        {
            return;
        }

        var filter = overlap.Filter();
        using var sorter = files.NewSorter();
        await foreach (var (record, _) in db.StreamRecordsAsync(cancellationToken))
        {
            if (filter.MayContain(record))
            {
                sorter.Add(record);
            }
        }

        overlap.AddRecords(sorter);
    }
}
