using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>Lists the published imports of records, newest first.</summary>
public sealed record ListImports(PageRequest Page) : IRequest<ImportList>;

/// <param name="Records">Number of its records, without those that were deleted one by one.</param>
public sealed record ImportItem(long Id, string Filename, int Records, DateTime CreatedAt, string CreatedBy);

public sealed record ImportList(IReadOnlyList<ImportItem> Imports, string? NextCursor);

internal sealed class ListImportsHandler(IModelOpsDbContext db) : IRequestHandler<ListImports, ImportList>
{
    public async Task<ImportList> Handle(ListImports request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber() ?? long.MaxValue;
        var found = await db.Imports.AsNoTracking()
            .Where(i => i.State == ImportState.Published && i.Id < before)
            .OrderByDescending(i => i.Id)
            .Take(request.Page.Fetch)
            .Select(i => new ImportItem(i.Id, i.FileName, i.Records, i.CreatedAt, i.CreatedBy))
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(found, i => i.Id);
        return new ImportList(page.Items, page.NextCursor);
    }
}
