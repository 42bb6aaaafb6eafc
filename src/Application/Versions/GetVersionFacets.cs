using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>The datasets and tags by which versions can be filtered.</summary>
public sealed record GetVersionFacets : IRequest<VersionFacets>;

/// <summary>Both in alphabetical order, at most <see cref="Limit"/> of each.</summary>
public sealed record VersionFacets(IReadOnlyList<string> Datasets, IReadOnlyList<string> Tags)
{
    public const int Limit = 200;
}

internal sealed class GetVersionFacetsHandler(IModelOpsDbContext db) : IRequestHandler<GetVersionFacets, VersionFacets>
{
    /// <summary>Different combinations of tags that are read.</summary>
    private const int Combinations = 5_000;

    public async Task<VersionFacets> Handle(GetVersionFacets request, CancellationToken cancellationToken)
    {
        var datasets = await db.VersionListings.AsNoTracking()
            .Where(l => l.Dataset != null).Select(l => l.Dataset!)
            .Distinct().OrderBy(name => name).Take(VersionFacets.Limit).ToListAsync(cancellationToken);
        var tags = await db.VersionListings.AsNoTracking()
            .Where(l => l.TagText != "").Select(l => l.TagText)
            .Distinct().OrderBy(text => text).Take(Combinations).ToListAsync(cancellationToken);
        return new VersionFacets(
            datasets,
            [
                .. tags.SelectMany(text => text.Split(VersionListing.TagSeparator, StringSplitOptions.RemoveEmptyEntries))
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(VersionFacets.Limit),
            ]);
    }
}
