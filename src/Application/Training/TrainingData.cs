using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Records;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>Facts about a training's rows that are known without reading the rows.</summary>
/// <param name="Rows">Number of rows, duplicates included.</param>
/// <param name="ByClass">Rows of each class; only distinct rows for a dataset.</param>
/// <param name="Sha256"><see cref="RowsHeader.Sha256"/>; empty if computing it would require reading the rows.</param>
/// <param name="ReadsSource">
/// Whether the training also reads the hospital's own table. Its rows aren't counted here, and whether there are enough is known only then.
/// </param>
public sealed record DataOverview(int Rows, IReadOnlyDictionary<DiabetesClass, long> ByClass, string Sha256, bool ReadsSource);

/// <summary>The rows of a training.</summary>
/// <param name="Source">What was read from the hospital's own table; null when it wasn't read.</param>
public sealed record SelectedRows(IRows Rows, SourceReport? Source) : IDisposable
{
    public void Dispose() => Rows.Dispose();
}

/// <summary>
/// Collects the rows of a training from the database, a dataset, or both, into rows files. Memory use doesn't depend on the number of
/// rows.
/// </summary>
public sealed class TrainingData(
    IModelOpsDbContext db, IDatasetStore datasets, IClinicalCsvReader csv, IRowsFiles files, IRecordSource source)
{
    /// <summary>Whether a training on the selection reads the hospital's own table.</summary>
    public bool ReadsSource(DataSelection selection) => selection.UsesDatabase && source.IsConfigured;

    /// <summary>Finds the dataset of a selection, so that a job trains on it even when it is renamed meanwhile.</summary>
    /// <exception cref="Domain.RefusalException"><c>dataset_not_found</c></exception>
    public async Task<DataSelection> SelectAsync(bool useDatabase, string? datasetName, CancellationToken cancellationToken) =>
        DataSelection.Of(
            useDatabase, datasetName, datasetName is null ? null : (await FindDatasetAsync(null, datasetName, cancellationToken)).Id);

    /// <summary>Counts the selected rows and refuses a selection that is unsuitable for training.</summary>
    /// <exception cref="Domain.RefusalException"><c>dataset_not_found</c>, <c>not_enough_records</c> or
    /// <c>not_enough_classes</c>.</exception>
    public async Task<DataOverview> InspectAsync(DataSelection selection, CancellationToken cancellationToken)
    {
        var byClass = DiabetesClasses.All.ToDictionary(c => c, _ => 0L);
        var (total, distinct, sha256) = (0L, 0L, "");
        if (selection.UsesDatabase)
        {
            foreach (var (value, count) in await db.CountByClassAsync(cancellationToken))
            {
                byClass[value] = count;
            }

            total = byClass.Values.Sum();
            distinct = await db.CountDistinctAsync(LabelledRecord.MinimumForTraining, cancellationToken);
            if (!ReadsSource(selection))
            {
                RequireEnough(distinct, selection.DatasetName);
            }
        }

        if (selection.DatasetName is not null)
        {
            using var rows = await OpenDatasetAsync(selection, cancellationToken);
            foreach (var (value, count) in rows.Header.ByClass)
            {
                byClass[value] += count;
            }

            total += rows.Header.Total;
            distinct += rows.Header.Distinct;
            sha256 = selection.UsesDatabase ? "" : rows.Header.Sha256;
        }

        if (ReadsSource(selection))
        {
            return new DataOverview((int)total, byClass, sha256, ReadsSource: true);
        }

        RequireEnough(distinct);
        return byClass.Values.Count(count => count > 0) >= 2
            ? new DataOverview((int)total, byClass, sha256, ReadsSource: false)
            : throw DataRefusals.NotEnoughClasses();
    }

    /// <summary>Writes the currently selected rows to a rows file.</summary>
    /// <exception cref="Domain.RefusalException">
    /// <c>dataset_not_found</c>, <c>not_enough_records</c>, <c>source_unavailable</c>, <c>source_invalid</c> or
    /// <c>insufficient_storage</c>.
    /// </exception>
    public async Task<SelectedRows> OpenAsync(DataSelection selection, CancellationToken cancellationToken)
    {
        SourceReport? report = null;
        var rows = selection.UsesDatabase
            ? await OpenDatabaseAsync(selection, read => report = read, cancellationToken)
            : await OpenDatasetAsync(selection, cancellationToken);
        if (rows.Header.Distinct >= LabelledRecord.MinimumForTraining)
        {
            return new SelectedRows(rows, report);
        }

        using (rows)
        {
            throw DataRefusals.NotEnoughRecords((int)rows.Header.Distinct, LabelledRecord.MinimumForTraining);
        }
    }

    /// <summary>Every labelled record of the database, from one consistent snapshot.</summary>
    public async Task<IRows> OpenRecordsAsync(CancellationToken cancellationToken)
    {
        using var collector = files.Collect(await SplitKeyAsync(cancellationToken));
        await foreach (var (row, patient) in db.StreamRecordsAsync(cancellationToken))
        {
            collector.Add(row, patient);
        }

        return collector.Complete();
    }

    /// <summary>The installation's split key.</summary>
    public Task<SplitKey> SplitKeyAsync(CancellationToken cancellationToken) => db.SplitKeyAsync(cancellationToken);

    /// <param name="onSource">Called when the hospital's own table was read.</param>
    private async Task<IRows> OpenDatabaseAsync(
        DataSelection selection, Action<SourceReport> onSource, CancellationToken cancellationToken)
    {
        var key = await SplitKeyAsync(cancellationToken);
        using var parts = new Parts();
        if (selection.DatasetName is not null)
        {
            parts.Add(await OpenDatasetAsync(selection, cancellationToken));
        }

        if (source.IsConfigured)
        {
            var (rows, report) = await source.ReadAsync(key, cancellationToken);
            parts.Add(rows);
            onSource(report);
        }

        var records = await OpenRecordsAsync(cancellationToken);
        if (parts.IsEmpty)
        {
            return records;
        }

        parts.Add(records);
        if (!source.IsConfigured)
        {
            RequireEnough(records.Header.Distinct, selection.DatasetName);
        }

        return files.Merge(key, parts.All);
    }

    /// <summary>The rows of a dataset.</summary>
    /// <param name="name">The dataset's name, for the refusal.</param>
    /// <exception cref="Domain.RefusalException"><c>dataset_not_found</c>: its files were deleted.</exception>
    public async Task<IRows> OpenDatasetAsync(long id, string name, CancellationToken cancellationToken)
    {
        if (datasets.FindRows(id) is { } rows)
        {
            return rows;
        }

        // The dataset was uploaded before rows files existed.
        var report = await db.Datasets.AsNoTracking().Where(d => d.Id == id).Select(d => d.Report).SingleOrDefaultAsync(cancellationToken)
            ?? throw DatasetRefusals.NotFound(name);
        await using var content = datasets.OpenRead(id, name);
        using var collector = files.Collect(await SplitKeyAsync(cancellationToken));
        csv.Read(content, CsvOptions.AsStored(report.Mapping), row => collector.Add(row.Example, default), cancellationToken);
        var read = collector.Complete();
        datasets.KeepRows(read, id);
        return read;
    }

    /// <summary>Rows that are disposed together.</summary>
    private sealed class Parts : IDisposable
    {
        private readonly List<IRows> _rows = [];

        public IReadOnlyList<IRows> All => _rows;

        public bool IsEmpty => _rows.Count == 0;

        public void Add(IRows rows) => _rows.Add(rows);

        public void Dispose() => _rows.ForEach(rows => rows.Dispose());
    }

    private async Task<IRows> OpenDatasetAsync(DataSelection selection, CancellationToken cancellationToken)
    {
        var stored = await FindDatasetAsync(selection.DatasetId, selection.DatasetName!, cancellationToken);
        return await OpenDatasetAsync(stored.Id, stored.Name, cancellationToken);
    }

    /// <param name="id">Null in a job of an earlier release, which knows only the name.</param>
    private async Task<(long Id, string Name)> FindDatasetAsync(long? id, string name, CancellationToken cancellationToken)
    {
        var key = Dataset.KeyOf(name);
        var found = await db.Datasets.AsNoTracking()
            .Where(d => id == null ? d.NameKey == key : d.Id == id)
            .Select(d => new { d.Id, d.Name })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw DatasetRefusals.NotFound(name);
        return (found.Id, found.Name);
    }

    /// <param name="available">Number of distinct rows. Copies teach nothing new, so they don't count.</param>
    /// <param name="beside">
    /// The dataset beside the database's records. It doesn't make up for too few of them: whoever means the dataset alone says so.
    /// </param>
    private static void RequireEnough(long available, string? beside = null)
    {
        if (available < LabelledRecord.MinimumForTraining)
        {
            throw beside is { } dataset
                ? DataRefusals.NotEnoughRecordsBeside((int)available, LabelledRecord.MinimumForTraining, dataset)
                : DataRefusals.NotEnoughRecords((int)available, LabelledRecord.MinimumForTraining);
        }
    }
}

internal static class InstallationQueries
{
    /// <summary>The installation's split key.</summary>
    public static async Task<SplitKey> SplitKeyAsync(this IModelOpsDbContext db, CancellationToken cancellationToken) =>
        new(await db.Installations.AsNoTracking().Select(i => i.SplitKey).SingleAsync(cancellationToken));
}
