using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>The sessions of signed-in users.</summary>
public interface IUserSessions
{
    /// <summary>
    /// Begins a session of an account whose identity the caller has verified, by password or by another provider. Every sign-in ends here.
    /// </summary>
    /// <returns>The session; null if the account was deleted in the meantime.</returns>
    Task<SignedInSession?> StartAsync(SignedInUser user, SessionKind kind, SessionClient client, CancellationToken cancellationToken);

    /// <summary>
    /// Exchanges a refresh token for a new one. A token works once: a second use means that it was stolen or copied, and ends the session.
    /// A locked account's sessions are renewed like any others.
    /// </summary>
    /// <returns>The session with its new refresh token; null if the token is wrong, expired or used.</returns>
    Task<SignedInSession?> RenewAsync(string refreshToken, CancellationToken cancellationToken);

    /// <summary>The living sessions of a user, newest first.</summary>
    Task<Page<SessionSummary>> ListAsync(string userId, Guid? current, PageRequest page, CancellationToken cancellationToken);

    /// <summary>When a living session of this user ends by itself; null if there is no such session.</summary>
    Task<DateTime?> FindEndAsync(Guid id, string userId, CancellationToken cancellationToken);

    /// <summary>
    /// Lets a living browser session of this user last as long as one that begins now, at once. Any other use does so within a minute.
    /// </summary>
    /// <returns>Its end; null if there is no such session.</returns>
    Task<DateTime?> ExtendAsync(Guid id, string userId, CancellationToken cancellationToken);

    /// <summary>Ends a living session of this user. Returns false if there is none with this id.</summary>
    Task<bool> EndAsync(Guid id, string userId, CancellationToken cancellationToken);

    /// <summary>Ends the session of this user that the refresh token renews. An invalid token has no effect.</summary>
    Task EndByRefreshTokenAsync(string refreshToken, string userId, CancellationToken cancellationToken);

    /// <summary>Removes sessions that ended or expired long ago, and forgets old addresses and counters.</summary>
    /// <param name="keepDays">Days after a session's end at which its row is removed.</param>
    /// <returns>The number of removed rows.</returns>
    Task<int> RemoveOldAsync(int keepDays, CancellationToken cancellationToken);
}
