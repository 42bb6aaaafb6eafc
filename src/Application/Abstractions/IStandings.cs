using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>
/// What a session or a personal access token may do now. The results are cached for at most <see cref="SessionTiming.Check"/>; only a
/// standing that isn't cached opens the database. So the check is cheap enough for every request. Thread-safe.
/// </summary>
public interface IStandings
{
    /// <summary>
    /// Null if the session has ended, or if the account was removed, disabled or given another role. A lock changes nothing.
    /// </summary>
    ValueTask<SessionStanding?> CheckAsync(SessionReference session, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="CheckAsync(SessionReference, CancellationToken)"/>, for a page that only stays open: it doesn't count as a use, so it
    /// doesn't prolong the session.
    /// </summary>
    ValueTask<SessionStanding?> WatchAsync(SessionReference session, CancellationToken cancellationToken);

    /// <summary>Null if the personal access token is unknown or expired, or if its owner was removed or disabled.</summary>
    ValueTask<TokenStanding?> CheckAsync(string token, CancellationToken cancellationToken);
}
