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

    Task<Page<UserSummary>> ListAsync(PageRequest page, CancellationToken cancellationToken);

    Task<UserSummary> CreateAsync(string email, string password, string role, CancellationToken cancellationToken);

    /// <summary>Changes an account. Null leaves a property unchanged. A change invalidates the account's tokens and sessions.</summary>
    Task<UserSummary> ChangeAsync(string id, string? role, bool? disabled, CancellationToken cancellationToken);

    Task DeleteAsync(string id, CancellationToken cancellationToken);
}
