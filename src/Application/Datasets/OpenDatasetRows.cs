using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Application.Turns;

namespace ModelOps.Application.Datasets;

/// <summary>Opens the usable rows of a dataset as a CSV file that an upload reads back equal.</summary>
public sealed record OpenDatasetRows(string Name) : IRequest<DatasetRows>, ITakesTurns
{
    Work ITakesTurns.Work => Work.Reading;
}

/// <param name="Content">The file, at its start. The receiver disposes it.</param>
/// <param name="Name">The dataset's name.</param>
public sealed record DatasetRows(Stream Content, string Name);

internal sealed class OpenDatasetRowsHandler(IModelOpsDbContext db, TrainingData data, IClinicalCsvWriter csv)
    : IRequestHandler<OpenDatasetRows, DatasetRows>
{
    public async Task<DatasetRows> Handle(OpenDatasetRows request, CancellationToken cancellationToken)
    {
        var dataset = await db.FindDatasetAsync(request.Name, cancellationToken);
        using var rows = await data.OpenDatasetAsync(dataset.Id, dataset.Name, cancellationToken);
        return new DatasetRows(csv.Write(rows, cancellationToken), dataset.Name);
    }
}
