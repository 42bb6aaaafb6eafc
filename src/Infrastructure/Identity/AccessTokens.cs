using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

internal sealed class AccessTokens(ModelOpsDbContext database, TokenCache cache, TimeProvider time) : IAccessTokens
{
    private const int SecretBytes = 32;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<CreatedAccessToken> CreateAsync(
        string userId, string name, string role, IReadOnlyList<string>? scopes, DateTime expiresAt, CancellationToken cancellationToken)
    {
        var text = AccessTokenLimits.Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var token = new AccessToken
        {
            Id = Guid.NewGuid(),
            UserId = userId,
            Name = name,
            TokenHash = HashOf(text),
            Role = role,
            Scopes = scopes is null ? null : string.Join(' ', scopes),
            CreatedAt = Now,
            ExpiresAt = expiresAt,
        };
        database.AccessTokens.Add(token);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (database.IsForeignKeyViolation(exception))
        {
            throw UserRefusals.InvalidToken();
        }

        return new CreatedAccessToken(token.Id, text);
    }

    public async Task<Page<AccessTokenSummary>> ListAsync(string userId, PageRequest page, CancellationToken cancellationToken)
    {
        var tokens = database.AccessTokens.AsNoTracking().Where(t => t.UserId == userId);
        if (page.AfterNumber() is { } after)
        {
            tokens = tokens.Where(t => t.Sequence < after);
        }

        var rows = await tokens.OrderByDescending(t => t.Sequence).Take(page.Fetch).ToListAsync(cancellationToken);
        var cut = page.Cut(rows, row => row.Sequence);
        return new Page<AccessTokenSummary>(
            [
                .. cut.Items.Select(t => new AccessTokenSummary(
                    t.Id, t.Name, t.Role, ScopesOf(t.Scopes), t.CreatedAt, t.ExpiresAt, t.LastUsedAt)),
            ],
            cut.NextCursor);
    }

    public async Task<bool> DeleteAsync(Guid id, string userId, CancellationToken cancellationToken)
    {
        var deleted = await database.AccessTokens.Where(t => t.Id == id && t.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        cache.ForgetAllOf(userId);
        return deleted > 0;
    }

    public static string[]? ScopesOf(string? scopes) => scopes?.Split(' ');

    public static string HashOf(string token) => SignInHashes.OfSecret(Encoding.UTF8.GetBytes(token));
}
