using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

internal sealed class Standings(
    SessionCache sessions, TokenCache tokens, LastUse lastUse, IServiceScopeFactory scopes, TimeProvider time) : IStandings
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public ValueTask<SessionStanding?> CheckAsync(SessionReference session, CancellationToken cancellationToken)
    {
        var found = WatchAsync(session, cancellationToken);
        if (!found.IsCompletedSuccessfully)
        {
            return NotingAsync(found, session.Id);
        }

        var standing = found.Result;
        Note(standing, session.Id);
        return new(standing);
    }

    public ValueTask<SessionStanding?> WatchAsync(SessionReference session, CancellationToken cancellationToken) =>
        sessions.TryFind(session.Id, out var standing)
            ? new(Matching(standing, session))
            : new(ReadAsync(session, cancellationToken));

    public ValueTask<TokenStanding?> CheckAsync(string token, CancellationToken cancellationToken)
    {
        var hash = AccessTokens.HashOf(token);
        return tokens.TryFind(hash, out var standing) ? new(Unexpired(standing)) : new(ReadAsync(hash, cancellationToken));
    }

    private async ValueTask<SessionStanding?> NotingAsync(ValueTask<SessionStanding?> found, Guid id)
    {
        var standing = await found;
        Note(standing, id);
        return standing;
    }

    private void Note(SessionStanding? standing, Guid id)
    {
        if (standing is not null)
        {
            lastUse.OfSession(id);
        }
    }

    private async Task<SessionStanding?> ReadAsync(SessionReference session, CancellationToken cancellationToken) => Matching(
        await sessions.FindAsync(
            session.Id,
            cancel => UsingAsync(database =>
            {
                var now = Now;
                return (
                    from row in database.Sessions
                    join user in database.Users on row.UserId equals user.Id
                    where row.Id == session.Id && row.EndedAt == null && row.ExpiresAt > now && !user.Disabled
                    select new SessionStanding(user.Id, user.SecurityStamp!, user.OneTimePasswordExpiresAt != null))
                    .SingleOrDefaultAsync(cancel);
            }),
            PostgreSql.IsAway,
            cancellationToken),
        session);

    private async Task<TokenStanding?> ReadAsync(string hash, CancellationToken cancellationToken) => Unexpired(
        await tokens.FindAsync(
            hash,
            cancel => UsingAsync(async database =>
            {
                var now = Now;
                var found = await (
                    from row in database.AccessTokens
                    join user in database.Users on row.UserId equals user.Id
                    join membership in database.UserRoles on user.Id equals membership.UserId
                    join role in database.Roles on membership.RoleId equals role.Id
                    where row.TokenHash == hash && row.ExpiresAt > now && !user.Disabled
                    select new { row.Id, row.UserId, user.Email, TokenRole = row.Role, OwnRole = role.Name, row.Scopes, row.ExpiresAt })
                    .FirstOrDefaultAsync(cancel);
                if (found is null)
                {
                    return null;
                }

                lastUse.OfToken(found.Id);
                return new TokenStanding(
                    found.Id,
                    found.UserId,
                    found.Email!,
                    UserRoles.Lower(found.TokenRole, found.OwnRole!),
                    AccessTokens.ScopesOf(found.Scopes),
                    found.ExpiresAt);
            }),
            PostgreSql.IsAway,
            cancellationToken));

    private async Task<T> UsingAsync<T>(Func<ModelOpsDbContext, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>());
    }

    /// <summary>The standing is a session's; the reference must name its account and its present security stamp.</summary>
    private static SessionStanding? Matching(SessionStanding? standing, SessionReference session) =>
        standing is not null
        && standing.UserId == session.UserId
        && string.Equals(standing.SecurityStamp, session.SecurityStamp, StringComparison.Ordinal)
            ? standing
            : null;

    private TokenStanding? Unexpired(TokenStanding? standing) => standing?.ExpiresAt > Now ? standing : null;
}
