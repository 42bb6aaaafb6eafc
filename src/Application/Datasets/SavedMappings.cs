using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Datasets;

/// <param name="HeadersSha256">The hash of the headers for which the mapping is proposed.</param>
public sealed record SavedMappingAnswer(string Name, CsvMapping Mapping, string HeadersSha256, DateTime SavedAt, string SavedBy)
{
    internal static SavedMappingAnswer Of(SavedMapping m) => new(m.Name, m.Mapping, m.HeadersSha256, m.SavedAt, m.SavedBy);
}

internal static class MappingQueries
{
    /// <exception cref="Domain.RefusalException"><c>mapping_not_found</c></exception>
    public static async Task<SavedMapping> FindMappingAsync(this IModelOpsDbContext db, string name, CancellationToken cancellationToken)
    {
        var key = SavedMapping.IsValidName(name) ? SavedMapping.KeyOf(name) : throw DatasetRefusals.MappingNotFound();
        return await db.Mappings.SingleOrDefaultAsync(m => m.NameKey == key, cancellationToken) ?? throw DatasetRefusals.MappingNotFound();
    }
}

/// <summary>Lists the saved mappings, the newest first.</summary>
public sealed record ListMappings(PageRequest Page) : IRequest<MappingList>;

public sealed record MappingList(IReadOnlyList<SavedMappingAnswer> Mappings, string? NextCursor);

internal sealed class ListMappingsHandler(IModelOpsDbContext db) : IRequestHandler<ListMappings, MappingList>
{
    public async Task<MappingList> Handle(ListMappings request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber() ?? long.MaxValue;
        var found = await db.Mappings.AsNoTracking().Where(m => m.Id < before).OrderByDescending(m => m.Id).Take(request.Page.Fetch)
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(found, m => m.Id);
        return new MappingList([.. page.Items.Select(SavedMappingAnswer.Of)], page.NextCursor);
    }
}

public sealed record GetMapping(string Name) : IRequest<SavedMappingAnswer>;

internal sealed class GetMappingHandler(IModelOpsDbContext db) : IRequestHandler<GetMapping, SavedMappingAnswer>
{
    public async Task<SavedMappingAnswer> Handle(GetMapping request, CancellationToken cancellationToken) =>
        SavedMappingAnswer.Of(await db.FindMappingAsync(request.Name, cancellationToken));
}

public sealed record DeleteMapping(string Name) : IRequest<DeletionAnswer>;

internal sealed class DeleteMappingHandler(IModelOpsDbContext db) : IRequestHandler<DeleteMapping, DeletionAnswer>
{
    public async Task<DeletionAnswer> Handle(DeleteMapping request, CancellationToken cancellationToken)
    {
        var mapping = await db.FindMappingAsync(request.Name, cancellationToken);
        return await db.Mappings.Where(m => m.Id == mapping.Id).ExecuteDeleteAsync(cancellationToken) == 1
            ? new DeletionAnswer(true, Texts.Say($"{mapping.Name} was deleted."))
            : throw DatasetRefusals.MappingNotFound();
    }
}
