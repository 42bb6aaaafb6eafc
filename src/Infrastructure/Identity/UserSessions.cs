using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

internal sealed partial class UserSessions(
    ModelOpsDbContext database, SessionCache cache, TimeProvider time, ILogger<UserSessions> logger) : IUserSessions
{
    public static readonly TimeSpan BrowserLifetime = TimeSpan.FromHours(12);
    public static readonly TimeSpan ApiLifetime = TimeSpan.FromDays(14);

    /// <summary>Rows deleted per transaction, a limit that keeps locks short.</summary>
    private const int Chunk = 1_000;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<SignedInSession?> StartAsync(
        SignedInUser user, SessionKind kind, SessionClient client, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        var (text, token) = RefreshToken.New(id);
        var now = Now;
        var session = new UserSession
        {
            Id = id,
            UserId = user.Id,
            Kind = kind,
            Client = client.ShortAgent(),
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + (kind == SessionKind.Browser ? BrowserLifetime : ApiLifetime),
            RefreshHash = kind == SessionKind.Api ? token.Hash : null,
        };
        database.Sessions.Add(session);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (database.IsForeignKeyViolation(exception))
        {
            database.DiscardChanges();
            return null;
        }

        return new SignedInSession(id, user, kind == SessionKind.Api ? text : null);
    }

    public async Task<SignedInSession?> RenewAsync(string refreshToken, CancellationToken cancellationToken)
    {
        if (RefreshToken.Parse(refreshToken) is not { } old)
        {
            return null;
        }

        // One compare-and-set: of several requests with the same token, one is renewed.
        var now = Now;
        var (text, next) = RefreshToken.New(old.SessionId);
        var renewed = await Living(now).Where(s => s.Id == old.SessionId && s.RefreshHash == old.Hash).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.RefreshHash, next.Hash)
                .SetProperty(x => x.LastSeenAt, now)
                .SetProperty(x => x.ExpiresAt, now + ApiLifetime),
            cancellationToken);
        if (renewed == 0 && !await IsRenewedAsync(old.SessionId, next.Hash, now, cancellationToken))
        {
            return null;
        }

        var user = await (
            from session in database.Sessions
            join account in database.Users on session.UserId equals account.Id
            where session.Id == old.SessionId && !account.Disabled
            select account).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        return user is null
            ? null
            : new SignedInSession(old.SessionId, await database.WithRolesAsync(user, cancellationToken), text);
    }

    public async Task<Page<SessionSummary>> ListAsync(string userId, Guid? current, PageRequest page, CancellationToken cancellationToken)
    {
        var sessions = Living(Now).AsNoTracking().Where(s => s.UserId == userId);
        if (page.AfterNumber() is { } after)
        {
            sessions = sessions.Where(s => s.Sequence < after);
        }

        var rows = await sessions.OrderByDescending(s => s.Sequence).Take(page.Fetch).ToListAsync(cancellationToken);
        var cut = page.Cut(rows, row => row.Sequence);
        return new Page<SessionSummary>(
            [
                .. cut.Items.Select(s => new SessionSummary(
                    s.Id, s.Kind, s.Client, s.CreatedAt, s.LastSeenAt, s.ExpiresAt, s.Id == current)),
            ],
            cut.NextCursor);
    }

    public async Task<DateTime?> FindEndAsync(Guid id, string userId, CancellationToken cancellationToken) =>
        await Living(Now).Where(s => s.Id == id && s.UserId == userId).Select(s => (DateTime?)s.ExpiresAt)
            .SingleOrDefaultAsync(cancellationToken);

    public async Task<DateTime?> ExtendAsync(Guid id, string userId, CancellationToken cancellationToken)
    {
        var now = Now;
        var end = now + BrowserLifetime;
        var extended = await Living(now).Where(s => s.Id == id && s.UserId == userId && s.Kind == SessionKind.Browser)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.ExpiresAt, end).SetProperty(x => x.LastSeenAt, now), cancellationToken);
        return extended == 0 ? null : end;
    }

    public Task<bool> EndAsync(Guid id, string userId, CancellationToken cancellationToken) =>
        EndAsync(database.Sessions.Where(s => s.Id == id && s.UserId == userId), id, cancellationToken);

    public async Task EndByRefreshTokenAsync(string refreshToken, string userId, CancellationToken cancellationToken)
    {
        if (RefreshToken.Parse(refreshToken) is { } token)
        {
            await EndAsync(
                database.Sessions.Where(s => s.Id == token.SessionId && s.UserId == userId && s.RefreshHash == token.Hash),
                token.SessionId,
                cancellationToken);
        }
    }

    public async Task<int> RemoveOldAsync(int keepDays, CancellationToken cancellationToken)
    {
        var now = Now;
        var (sessions, addresses, counters) =
            (now.AddDays(-keepDays), now.AddDays(-SignInAddress.KeepDays), now.AddMinutes(-UserLimits.ForgetWrongPasswordsMinutes));
        return await RemoveAsync(
                database.Sessions.Where(s => s.ExpiresAt < sessions).OrderBy(s => s.ExpiresAt), cancellationToken)
            + await RemoveAsync(
                database.SignInAddresses.Where(a => a.LastSignInAt < addresses).OrderBy(a => a.LastSignInAt), cancellationToken)
            + await RemoveAsync(
                database.SignInCounters.Where(c => c.UpdatedAt < counters).OrderBy(c => c.UpdatedAt), cancellationToken);
    }

    private static async Task<int> RemoveAsync<T>(IQueryable<T> rows, CancellationToken cancellationToken)
    {
        var (removed, all) = (0, 0);
        do
        {
            removed = await rows.Take(Chunk).ExecuteDeleteAsync(cancellationToken);
            all += removed;
        }
        while (removed == Chunk);
        return all;
    }

    /// <summary>
    /// Why no row was updated. The update may have been committed in a first try whose answer was lost: then the row has the new hash.
    /// Otherwise, a living session with another hash means that its token was used before: the session ends.
    /// </summary>
    private async Task<bool> IsRenewedAsync(Guid id, string hash, DateTime now, CancellationToken cancellationToken)
    {
        var living = Living(now).Where(s => s.Id == id && s.RefreshHash != null);
        if (await living.AnyAsync(s => s.RefreshHash == hash, cancellationToken))
        {
            return true;
        }

        // The request's cancellation token isn't used: a client must not avoid this by disconnecting.
        if (await EndAsync(living, id, CancellationToken.None))
        {
            LogReused(id);
        }

        return false;
    }

    private IQueryable<UserSession> Living(DateTime now) => database.Sessions.Where(s => s.EndedAt == null && s.ExpiresAt > now);

    private async Task<bool> EndAsync(IQueryable<UserSession> sessions, Guid id, CancellationToken cancellationToken)
    {
        var ended = await sessions.EndAsync(Now, cancellationToken);
        cache.Forget(id);
        return ended > 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refresh token was used a second time; its session {Session} was ended")]
    private partial void LogReused(Guid session);
}

internal static class SessionQueries
{
    /// <summary>Ends those of the sessions that live. The caller removes them from the cache.</summary>
    public static Task<int> EndAsync(this IQueryable<UserSession> sessions, DateTime now, CancellationToken cancellationToken) => sessions
        .Where(s => s.EndedAt == null && s.ExpiresAt > now)
        .ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now).SetProperty(x => x.ExpiresAt, now), cancellationToken);

    public static async Task<SignedInUser> WithRolesAsync(
        this ModelOpsDbContext database, ModelOpsUser user, CancellationToken cancellationToken)
    {
        var roles = await (
            from membership in database.UserRoles
            join role in database.Roles on membership.RoleId equals role.Id
            where membership.UserId == user.Id
            select role.Name).ToListAsync(cancellationToken);
        return new SignedInUser(user.Id, user.Email!, roles, user.SecurityStamp!);
    }
}
