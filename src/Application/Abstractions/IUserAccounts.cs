using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>The accounts of the people who may sign in.</summary>
public interface IUserAccounts
{
    /// <summary>
    /// Returns null for a wrong password, an unknown e-mail, a locked account and a disabled account. All four take about the same time.
    /// Each wrong password counts towards the lockout.
    /// </summary>
    Task<SignedInUser?> CheckPasswordAsync(string email, string password, CancellationToken cancellationToken);

    /// <summary>Returns the current account; null when it was removed, disabled, locked, or changed since the stamp was issued.</summary>
    Task<SignedInUser?> FindForRenewalAsync(string id, string securityStamp, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a token or session with this stamp is still valid. The result is cached for at most <see
    /// cref="UserLimits.SessionCheckSeconds"/>, so this check is cheap enough for every request.
    /// </summary>
    Task<bool> IsSessionCurrentAsync(string id, string securityStamp, CancellationToken cancellationToken);

    Task<Page<UserSummary>> ListAsync(PageRequest page, CancellationToken cancellationToken);

    Task<UserSummary> CreateAsync(string email, string password, string role, CancellationToken cancellationToken);

    /// <summary>Changes an account. Null leaves a property unchanged. A change invalidates the account's tokens and sessions.</summary>
    Task<UserSummary> ChangeAsync(string id, string? role, bool? disabled, CancellationToken cancellationToken);

    Task DeleteAsync(string id, CancellationToken cancellationToken);
}
