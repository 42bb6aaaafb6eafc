using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Predictions;

namespace ModelOps.Application.Predictions;

/// <summary>
/// The installation's <see cref="ReferenceKey"/>. It is read from the database with the first reference and then kept, because it never
/// changes. Thread-safe.
/// </summary>
public sealed class PredictionReferences(IServiceScopeFactory scopes)
{
    private volatile ReferenceKey? _key;

    /// <summary>The token of a reference; null without one, which needs no key.</summary>
    public ValueTask<long?> TokenOfAsync(string? reference, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(reference) ? new((long?)null)
        : _key is { } key ? new(key.TokenOf(reference))
        : new(ReadAsync(reference, cancellationToken));

    private async Task<long?> ReadAsync(string reference, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>();
        var splitKey = await db.Installations.AsNoTracking().Select(i => i.SplitKey).SingleAsync(cancellationToken);
        var key = new ReferenceKey(new SplitKey(splitKey));
        _key = key;
        return key.TokenOf(reference);
    }
}
