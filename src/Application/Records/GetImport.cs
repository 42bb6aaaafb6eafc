using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Turns;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Records;

/// <summary>A published import and what its withdrawal would take out.</summary>
public sealed record GetImport(long Id) : IRequest<ImportDetail>, ITakesTurns
{
    Work ITakesTurns.Work => Work.Batch;
}

/// <param name="ClassCounts">Number of its records by class.</param>
/// <param name="Versions">
/// The versions that were trained on the database's records since the import, latest first; at most <see cref="PageRequest.DefaultLimit"/>.
/// </param>
public sealed record ImportDetail(
    long Id,
    string Filename,
    int Records,
    DateTime CreatedAt,
    string CreatedBy,
    IReadOnlyDictionary<DiabetesClass, int> ClassCounts,
    IReadOnlyList<string> Versions);

internal sealed class GetImportHandler(IModelOpsDbContext db) : IRequestHandler<GetImport, ImportDetail>
{
    public async Task<ImportDetail> Handle(GetImport request, CancellationToken cancellationToken)
    {
        var import = await db.Imports.AsNoTracking()
            .SingleOrDefaultAsync(i => i.Id == request.Id && i.State == ImportState.Published, cancellationToken)
            ?? throw RecordRefusals.ImportNotFound();
        var counts = await db.RecordCounts
            .Where(c => c.ImportId == import.Id)
            .ToDictionaryAsync(c => c.Class, c => (int)c.Records, cancellationToken);
        var versions = await db.Versions.AsNoTracking()
            .Where(v => v.CreatedAt >= import.CreatedAt && v.DataSource.StartsWith(DataSelection.DatabaseSource))
            .OrderByDescending(v => v.Id)
            .Take(PageRequest.DefaultLimit)
            .Select(v => v.Name)
            .ToListAsync(cancellationToken);
        return new ImportDetail(
            import.Id,
            import.FileName,
            counts.Values.Sum(),
            import.CreatedAt,
            import.CreatedBy,
            DiabetesClasses.All.ToDictionary(c => c, c => counts.GetValueOrDefault(c)),
            versions);
    }
}
