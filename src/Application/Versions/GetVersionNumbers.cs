using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Versions;

/// <summary>The numbers of the named versions, for pages that show other things than versions. Deleted versions are left out.</summary>
/// <param name="Names">Names of versions, at most one page of a list.</param>
public sealed record GetVersionNumbers(IReadOnlyCollection<string> Names) : IRequest<IReadOnlyDictionary<string, long>>;

internal sealed class GetVersionNumbersHandler(IModelOpsDbContext db)
    : IRequestHandler<GetVersionNumbers, IReadOnlyDictionary<string, long>>
{
    public async Task<IReadOnlyDictionary<string, long>> Handle(GetVersionNumbers request, CancellationToken cancellationToken) =>
        await db.VersionListings.AsNoTracking()
            .Where(l => request.Names.Contains(l.Version.Name))
            .Select(l => new { l.Version.Name, l.Number })
            .ToDictionaryAsync(l => l.Name, l => l.Number, StringComparer.Ordinal, cancellationToken);
}
