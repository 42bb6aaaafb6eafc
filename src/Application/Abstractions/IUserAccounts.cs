using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>The accounts of the people who may sign in.</summary>
public interface IUserAccounts
{
    /// <summary>
    /// Returns null for a wrong password, an unknown e-mail, a locked account and a disabled account. All four take about the same time.
    /// Each wrong password counts towards the lock of the address, or of all addresses from which the account has never signed in.
    /// </summary>
    /// <param name="address">The client's network address; see <see cref="SessionClient.Address"/>.</param>
    Task<SignedInUser?> CheckPasswordAsync(string email, string password, string address, CancellationToken cancellationToken);

    /// <summary>
    /// Finds the account of a person whom the hospital's sign-in has identified, by issuer and subject, or creates it. Gives the account
    /// this role, which ends its other sessions if it had another one, and this e-mail unless another account has it. The account that
    /// loses the role ADMIN this way may be the last one of the provider; <see cref="DeleteAsync"/> and <see cref="ChangeAsync"/> see to
    /// it that an administrator with a password remains.
    /// </summary>
    /// <exception cref="Domain.RefusalException">The account is disabled, or another account has the new one's e-mail.</exception>
    Task<SignedInUser> OfProviderAsync(string issuer, string subject, string email, string role, CancellationToken cancellationToken);

    /// <summary>Ends the sessions of a person to whom the hospital's sign-in gives no role any more.</summary>
    Task EndProviderSessionsAsync(string issuer, string subject, CancellationToken cancellationToken);

    Task<Page<UserSummary>> ListAsync(PageRequest page, CancellationToken cancellationToken);

    Task<UserSummary> CreateAsync(string email, string password, string role, CancellationToken cancellationToken);

    /// <summary>Changes an account. Null leaves a property unchanged. A change invalidates the account's tokens and sessions.</summary>
    Task<UserSummary> ChangeAsync(string id, string? role, bool? disabled, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the password if the current one is right, and ends all sessions of the account except one. Five wrong tries block further
    /// ones for some minutes, without any effect on the sessions.
    /// </summary>
    /// <param name="session">The session that goes on.</param>
    Task<bool> ChangePasswordAsync(string id, Guid session, string current, string password, CancellationToken cancellationToken);

    /// <summary>Gives the account a one-time password, ends its sessions and removes its locks. Returns the password.</summary>
    Task<string> ResetPasswordAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes the account's locks.</summary>
    Task UnlockAsync(string id, CancellationToken cancellationToken);

    /// <summary>The id of the account with this e-mail; null if there is none.</summary>
    Task<string?> FindIdAsync(string email, CancellationToken cancellationToken);

    Task DeleteAsync(string id, CancellationToken cancellationToken);
}
