using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;

namespace ModelOps.Application;

/// <summary>Repeats the first response for the same key and request. Refuses the same key with a different request.</summary>
internal static class Idempotency
{
    /// <summary>
    /// Returns the stored response if there is one. Otherwise, runs <paramref name="work"/> and saves its changes and its response in one
    /// transaction. Of identical concurrent requests, exactly one does the work.
    /// </summary>
    /// <param name="key">Null when the client sent no key; the work is then always done.</param>
    public static async Task<(TAnswer Answer, bool Replayed)> OnceAsync<TRequest, TAnswer>(
        this IModelOpsDbContext db,
        string operation,
        string? key,
        TRequest request,
        Func<CancellationToken, Task<TAnswer>> work,
        CancellationToken cancellationToken)
    {
        var fingerprint = key is null ? "" : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));
        if (key is not null && await FindAsync<TAnswer>(db, operation, key, fingerprint, cancellationToken) is { } earlier)
        {
            return (earlier.Value, true);
        }

        var answer = await work(cancellationToken);
        if (key is not null)
        {
            var now = await db.UtcNowAsync(cancellationToken);
            db.IdempotentRequests.Add(IdempotentRequest.Create(operation, key, fingerprint, JsonSerializer.Serialize(answer), now));
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (key is not null && db.IsUniqueViolation(exception))
        {
            db.DiscardChanges();
            return await FindAsync<TAnswer>(db, operation, key, fingerprint, cancellationToken) is { } first
                ? (first.Value, true)
                : throw new InvalidOperationException("A unique index was broken by something else than the idempotency key.", exception);
        }

        return (answer, false);
    }

    private static async Task<Found<TAnswer>?> FindAsync<TAnswer>(
        IModelOpsDbContext db, string operation, string key, string fingerprint, CancellationToken cancellationToken)
    {
        var stored = await db.IdempotentRequests.AsNoTracking()
            .SingleOrDefaultAsync(r => r.Operation == operation && r.Key == key, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        return stored.RequestSha256 == fingerprint
            ? new Found<TAnswer>(JsonSerializer.Deserialize<TAnswer>(stored.Answer)!)
            : throw new RefusalException(
                RefusalKind.Unprocessable,
                "idempotency_key_reused",
                $"This Idempotency-Key was used with another request. Use a new key for a new request.");
    }

    private sealed record Found<TAnswer>(TAnswer Value);
}
