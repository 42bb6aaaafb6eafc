using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <summary>Deletes a dataset: first its database row, then its file. Versions that were trained on the dataset are kept.</summary>
public sealed record DeleteDataset(string Name) : IRequest<DeletionAnswer>;

internal sealed class DeleteDatasetHandler(IModelOpsDbContext db, IDatasetStore datasets) : IRequestHandler<DeleteDataset, DeletionAnswer>
{
    public async Task<DeletionAnswer> Handle(DeleteDataset request, CancellationToken cancellationToken)
    {
        var dataset = await db.FindDatasetAsync(request.Name, cancellationToken);
        db.Datasets.Remove(dataset);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw DatasetRefusals.NotFound(request.Name);
        }

        datasets.Delete(dataset.Id);
        return new DeletionAnswer(true, Texts.Say($"{dataset.Name} was deleted."));
    }
}
