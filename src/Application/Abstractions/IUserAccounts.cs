using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>The accounts of the people who may sign in.</summary>
public interface IUserAccounts
{
    /// <summary>
    /// Null for a wrong password, an unknown e-mail, a locked and a disabled account alike, after about the same time.
    /// Each wrong password counts towards the lock.
    /// </summary>
    Task<SignedInUser?> CheckPasswordAsync(string email, string password, CancellationToken cancellationToken);

    /// <summary>The account as it is now; null when it may not go on: gone, disabled, locked, or changed since the stamp.</summary>
    Task<SignedInUser?> FindForRenewalAsync(string id, string securityStamp, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a token or session with this stamp still stands. Remembered for at most
    /// <see cref="UserLimits.SessionCheckSeconds"/>, so it is cheap enough for every request.
    /// </summary>
    Task<bool> IsSessionCurrentAsync(string id, string securityStamp, CancellationToken cancellationToken);

    Task<Page<UserSummary>> ListAsync(PageRequest page, CancellationToken cancellationToken);

    Task<UserSummary> CreateAsync(string email, string password, string role, CancellationToken cancellationToken);

    /// <summary>Null leaves a property as it is. A change ends the account's living tokens and sessions.</summary>
    Task<UserSummary> ChangeAsync(string id, string? role, bool? disabled, CancellationToken cancellationToken);

    Task DeleteAsync(string id, CancellationToken cancellationToken);
}
