using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <param name="Version">Only activations to or from this version.</param>
public sealed record ListActivations(PageRequest Page, string? Version = null) : IRequest<ActivationList>;

/// <param name="How"><c>activate</c>, <c>rollback</c> or <c>automatic</c>.</param>
public sealed record ActivationItem(
    [property: JsonPropertyName("epoch")] long ActivationNumber,
    DateTime At,
    string By,
    string? From,
    string To,
    string? Reason,
    ActivationKind How);

public sealed record ActivationList(IReadOnlyList<ActivationItem> Activations, string? NextCursor);

internal sealed class ListActivationsHandler(IModelOpsDbContext db) : IRequestHandler<ListActivations, ActivationList>
{
    public async Task<ActivationList> Handle(ListActivations request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber() ?? long.MaxValue;
        var found = await db.Activations.AsNoTracking()
            .Where(a => a.ActivationNumber < before && (request.Version == null || a.To == request.Version || a.From == request.Version))
            .OrderByDescending(a => a.ActivationNumber)
            .Take(request.Page.Fetch)
            .Select(a => new ActivationItem(a.ActivationNumber, a.At, a.By, a.From, a.To, a.Reason, a.Kind))
            .ToListAsync(cancellationToken);
        var page = request.Page.Cut(found, a => a.ActivationNumber);
        return new ActivationList(page.Items, page.NextCursor);
    }
}
