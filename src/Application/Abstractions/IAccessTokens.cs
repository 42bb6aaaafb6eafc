using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>Personal access tokens, with which scripts act for their owner.</summary>
public interface IAccessTokens
{
    Task<CreatedAccessToken> CreateAsync(
        string userId, string name, string role, IReadOnlyList<string>? scopes, DateTime expiresAt, CancellationToken cancellationToken);

    /// <summary>The tokens of a user, newest first, including expired ones.</summary>
    Task<Page<AccessTokenSummary>> ListAsync(string userId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Removes a token of this user. Returns false if there is none with this id.</summary>
    Task<bool> DeleteAsync(Guid id, string userId, CancellationToken cancellationToken);
}
