using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

public sealed record GetDataset(string Name) : IRequest<DatasetAnswer>;

internal sealed class GetDatasetHandler(IModelOpsDbContext db, DatasetProfiles profiles, ICurrentUser user)
    : IRequestHandler<GetDataset, DatasetAnswer>
{
    public async Task<DatasetAnswer> Handle(GetDataset request, CancellationToken cancellationToken)
    {
        var dataset = await db.FindDatasetAsync(request.Name, cancellationToken);
        await profiles.CompleteAsync(dataset, cancellationToken);
        return DatasetAnswer.Of(dataset, user);
    }
}

internal static class DatasetQueries
{
    /// <exception cref="Domain.RefusalException"><c>invalid_dataset_name</c> or <c>dataset_not_found</c>.</exception>
    public static async Task<Dataset> FindDatasetAsync(this IModelOpsDbContext db, string name, CancellationToken cancellationToken)
    {
        if (!Dataset.IsValidName(name))
        {
            throw DatasetRefusals.InvalidName();
        }

        var key = Dataset.KeyOf(name);
        return await db.Datasets.SingleOrDefaultAsync(d => d.NameKey == key, cancellationToken)
            ?? throw DatasetRefusals.NotFound(name);
    }
}
