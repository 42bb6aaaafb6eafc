using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>Collects the rows of a training from the database, a dataset, or both.</summary>
public sealed class TrainingData(IModelOpsDbContext db, IDatasetStore datasets, IClinicalCsvReader csv)
{
    /// <exception cref="Domain.RefusalException"><c>dataset_not_found</c> or <c>not_enough_records</c>.</exception>
    public async Task<List<LabelledExample>> LoadAsync(DataSelection selection, CancellationToken cancellationToken)
    {
        var rows = new List<LabelledExample>();
        if (selection.DatasetName is { } name)
        {
            await LoadDatasetAsync(name, rows, cancellationToken);
        }

        if (selection.UseDatabase)
        {
            var fromDataset = rows.Count;
            await AddRecordsAsync(rows, cancellationToken);
            RequireEnough(rows.Count - fromDataset);
        }

        RequireEnough(rows.Count);
        return rows;
    }

    /// <summary>Adds every labelled record of the database.</summary>
    public async Task AddRecordsAsync(ICollection<LabelledExample> rows, CancellationToken cancellationToken)
    {
        await foreach (var r in db.Records.AsNoTracking()
            .Select(r => new { r.HbA1c, r.Age, r.Bmi, r.Gender, r.Class })
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            rows.Add(new LabelledExample(new PatientFeatures(r.HbA1c, r.Age, r.Bmi, r.Gender), r.Class));
        }
    }

    private async Task LoadDatasetAsync(string name, List<LabelledExample> rows, CancellationToken cancellationToken)
    {
        var key = Dataset.KeyOf(name);
        var stored = await db.Datasets.AsNoTracking()
            .Where(d => d.NameKey == key).Select(d => new { d.Id, d.Name }).SingleOrDefaultAsync(cancellationToken)
            ?? throw DatasetRefusals.NotFound(name);
        await using var content = datasets.OpenRead(stored.Id, stored.Name);
        csv.Read(content, strict: false, rows.Add, cancellationToken);
    }

    private static void RequireEnough(int available)
    {
        if (available < LabelledRecord.MinimumForTraining)
        {
            throw DataRefusals.NotEnoughRecords(available, LabelledRecord.MinimumForTraining);
        }
    }

    /// <summary>The installation's split key.</summary>
    public async Task<SplitKey> SplitKeyAsync(CancellationToken cancellationToken) =>
        new(await db.Installations.AsNoTracking().Select(i => i.SplitKey).SingleAsync(cancellationToken));
}
