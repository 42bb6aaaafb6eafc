using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Application.Turns;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <summary>Makes the profiles of datasets: at the upload, or when somebody asks first for a dataset of an earlier release.</summary>
internal sealed class DatasetProfiles(
    IModelOpsDbContext db, TrainingData data, KnownRowsCounter known, TurnLines turns, ICurrentUser user)
{
    /// <param name="dataset">The dataset to which the rows belong; null for rows that aren't stored yet.</param>
    public async Task<DataProfile> MakeAsync(IRows rows, long? dataset, CancellationToken cancellationToken) =>
        DataProfiler.Of(rows.Read()) with { AlreadyKnown = await known.CountAsync(rows, dataset, cancellationToken) };

    /// <summary>Gives a dataset of an earlier release its profile. Leaves it without when its files are gone.</summary>
    public async Task CompleteAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        if (dataset.Profile is not null)
        {
            return;
        }

        using var place = turns.Take(Work.Reading, user.Signature());
        await place.StartAsync(cancellationToken);
        try
        {
            using var rows = await data.OpenDatasetAsync(dataset.Id, dataset.Name, cancellationToken);
            dataset.Complete(await MakeAsync(rows, dataset.Id, cancellationToken));
        }
        catch (RefusalException refusal) when (refusal.Code == DatasetRefusals.NotFoundCode)
        {
            return;
        }

        await db.Datasets
            .Where(d => d.Id == dataset.Id)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.Profile, dataset.Profile), cancellationToken);
    }
}
