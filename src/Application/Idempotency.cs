using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;

namespace ModelOps.Application;

/// <summary>
/// Repeats the first response for the same key and request of the same user. Refuses the same key with a different request. Two users may
/// use the same key.
/// </summary>
internal static class Idempotency
{
    /// <summary>
    /// Returns the stored response if there is one. Otherwise, runs <paramref name="work"/> and saves its changes and its response in one
    /// transaction. Of identical concurrent requests, exactly one does the work.
    /// </summary>
    /// <param name="owner">The user, to whom the key belongs.</param>
    /// <param name="key">Null when the client sent no key; the work is then always done.</param>
    public static async Task<(TAnswer Answer, bool Replayed)> OnceAsync<TRequest, TAnswer>(
        this IModelOpsDbContext db,
        string owner,
        string operation,
        string? key,
        TRequest request,
        Func<CancellationToken, Task<TAnswer>> work,
        CancellationToken cancellationToken)
    {
        var fingerprint = key is null ? "" : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));
        if (key is not null && await FindAsync<TAnswer>(db, owner, operation, key, fingerprint, cancellationToken) is { } earlier)
        {
            return (earlier.Value, true);
        }

        var answer = await work(cancellationToken);
        if (key is not null)
        {
            var now = await db.UtcNowAsync(cancellationToken);
            db.IdempotentRequests.Add(IdempotentRequest.Create(owner, operation, key, fingerprint, JsonSerializer.Serialize(answer), now));
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (key is not null && db.IsUniqueViolation(exception))
        {
            db.DiscardChanges();
            return await FindAsync<TAnswer>(db, owner, operation, key, fingerprint, cancellationToken) is { } first
                ? (first.Value, true)
                : throw new InvalidOperationException("A unique index was broken by something else than the idempotency key.", exception);
        }

        return (answer, false);
    }

    private static async Task<Found<TAnswer>?> FindAsync<TAnswer>(
        IModelOpsDbContext db, string owner, string operation, string key, string fingerprint, CancellationToken cancellationToken)
    {
        // A row without an owner comes from an earlier build. It still answers a retry, until it is removed with the other old rows.
        var stored = await db.IdempotentRequests.AsNoTracking()
            .Where(r => (r.Owner == owner || r.Owner == "") && r.Operation == operation && r.Key == key)
            .OrderByDescending(r => r.Owner)
            .FirstOrDefaultAsync(cancellationToken);
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
