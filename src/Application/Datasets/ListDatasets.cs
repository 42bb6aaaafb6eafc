using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Datasets;

public sealed record ListDatasets(PageRequest Page) : IRequest<DatasetList>;

public sealed record DatasetItem(
    string Filename,
    int Rows,
    int Rejected,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts,
    string Sha256,
    DateTime UploadedAt,
    string UploadedBy,
    string? Description);

public sealed record DatasetList(IReadOnlyList<DatasetItem> Datasets, string? NextCursor);

internal sealed class ListDatasetsHandler(IModelOpsDbContext db) : IRequestHandler<ListDatasets, DatasetList>
{
    public async Task<DatasetList> Handle(ListDatasets request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber() ?? long.MaxValue;
        var found = await db.Datasets.AsNoTracking()
            .Where(d => d.Id < before)
            .OrderByDescending(d => d.Id)
            .Take(request.Page.Fetch)
            .Select(d => new { d.Id, d.Name, d.Report, d.Sha256, d.UploadedAt, d.UploadedBy, d.Description })
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(found, d => d.Id);
        return new DatasetList(
            [.. page.Items.Select(d => new DatasetItem(
                d.Name,
                d.Report.Rows,
                d.Report.Rejected,
                d.Report.ClassCounts,
                d.Sha256,
                d.UploadedAt,
                d.UploadedBy,
                d.Description))],
            page.NextCursor);
    }
}
