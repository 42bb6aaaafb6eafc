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
public sealed record DataOverview(int Rows, IReadOnlyDictionary<DiabetesClass, long> ByClass, string Sha256);

/// <summary>
/// Collects the rows of a training from the database, a dataset, or both, into rows files. Memory use doesn't depend on the number of
/// rows.
/// </summary>
public sealed class TrainingData(IModelOpsDbContext db, IDatasetStore datasets, IClinicalCsvReader csv, IRowsFiles files)
{
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
            RequireEnough(distinct);
        }

        if (selection.DatasetName is { } name)
        {
            using var rows = await OpenDatasetAsync(name, cancellationToken);
            foreach (var (value, count) in rows.Header.ByClass)
            {
                byClass[value] += count;
            }

            total += rows.Header.Total;
            distinct += rows.Header.Distinct;
            sha256 = selection.UsesDatabase ? "" : rows.Header.Sha256;
        }

        RequireEnough(distinct);
        return byClass.Values.Count(count => count > 0) >= 2
            ? new DataOverview((int)total, byClass, sha256)
            : throw DataRefusals.NotEnoughClasses();
    }

    /// <summary>Writes the currently selected rows to a rows file.</summary>
    /// <exception cref="Domain.RefusalException">
    /// <c>dataset_not_found</c>, <c>not_enough_records</c> or <c>insufficient_storage</c>.
    /// </exception>
    public async Task<IRows> OpenAsync(DataSelection selection, CancellationToken cancellationToken)
    {
        var rows = selection switch
        {
            DataSelection.Dataset dataset => await OpenDatasetAsync(dataset.Name, cancellationToken),
            DataSelection.Database => await OpenRecordsAsync(cancellationToken),
            DataSelection.DatabaseAndDataset both => await OpenBothAsync(both.Name, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(selection)),
        };
        if (rows.Header.Distinct >= LabelledRecord.MinimumForTraining)
        {
            return rows;
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

    private async Task<IRows> OpenBothAsync(string name, CancellationToken cancellationToken)
    {
        using var dataset = await OpenDatasetAsync(name, cancellationToken);
        using var records = await OpenRecordsAsync(cancellationToken);
        RequireEnough(records.Header.Distinct);
        return files.Merge(await SplitKeyAsync(cancellationToken), dataset, records);
    }

    private async Task<IRows> OpenDatasetAsync(string name, CancellationToken cancellationToken)
    {
        var key = Dataset.KeyOf(name);
        var stored = await db.Datasets.AsNoTracking()
            .Where(d => d.NameKey == key).Select(d => new { d.Id, d.Name }).SingleOrDefaultAsync(cancellationToken)
            ?? throw DatasetRefusals.NotFound(name);
        if (datasets.FindRows(stored.Id) is { } rows)
        {
            return rows;
        }

        // The dataset was uploaded before rows files existed.
        await using var content = datasets.OpenRead(stored.Id, stored.Name);
        using var collector = files.Collect(await SplitKeyAsync(cancellationToken));
        csv.Read(content, CsvOptions.AsStored, row => collector.Add(row, default), cancellationToken);
        var read = collector.Complete();
        datasets.KeepRows(read, stored.Id);
        return read;
    }

    /// <param name="available">Number of distinct rows. Copies teach nothing new, so they don't count.</param>
    private static void RequireEnough(long available)
    {
        if (available < LabelledRecord.MinimumForTraining)
        {
            throw DataRefusals.NotEnoughRecords((int)available, LabelledRecord.MinimumForTraining);
        }
    }
}

internal static class InstallationQueries
{
    /// <summary>The installation's split key.</summary>
    public static async Task<SplitKey> SplitKeyAsync(this IModelOpsDbContext db, CancellationToken cancellationToken) =>
        new(await db.Installations.AsNoTracking().Select(i => i.SplitKey).SingleAsync(cancellationToken));
}
