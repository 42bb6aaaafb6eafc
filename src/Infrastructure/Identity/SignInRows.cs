using ModelOps.Application.Users;

namespace ModelOps.Infrastructure.Identity;

/// <summary>A sign-in that lasts: by a browser's cookie, or by an API client's access and refresh tokens.</summary>
internal sealed class UserSession
{
    public long Sequence { get; private set; }

    /// <summary>The id in the cookie, in the access tokens and in the list of sessions.</summary>
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required SessionKind Kind { get; init; }

    /// <summary>The client's <c>User-Agent</c>, shortened; null if it sent none.</summary>
    public required string? Client { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Written by <see cref="LastUseWriter"/>, and at each renewal. Up to a minute late.</summary>
    public required DateTime LastSeenAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    /// <summary>When the session was ended before it expired.</summary>
    public DateTime? EndedAt { get; init; }

    /// <summary>SHA-256 of the refresh token that is valid now, in hexadecimal digits; null for a browser's session.</summary>
    public required string? RefreshHash { get; init; }
}

/// <summary>An address from which an account has signed in. Guesses from other addresses don't lock it out.</summary>
internal sealed class SignInAddress
{
    public const int MaxPerAccount = 20;
    public const int KeepDays = 90;

    public required string UserId { get; init; }

    /// <summary>Keyed hash of the account and the address; see <see cref="SignInHashes"/>.</summary>
    public required string AddressHash { get; init; }

    public required DateTime LastSignInAt { get; init; }
}

/// <summary>
/// The wrong passwords of one e-mail from one known address, or from all other addresses together. E-mails without an account have
/// counters too: an unknown account costs the same write as a known one, and is locked alike.
/// </summary>
internal sealed class SignInCounter
{
    /// <summary>Keyed hash of the e-mail and the address or group of addresses; see <see cref="SignInHashes"/>.</summary>
    public required string Key { get; init; }

    public required int WrongPasswords { get; init; }

    public required DateTime? LockedUntil { get; init; }

    public required DateTime UpdatedAt { get; init; }
}

/// <summary>A personal access token, with which a script acts for its owner.</summary>
internal sealed class AccessToken
{
    public long Sequence { get; private set; }

    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, in hexadecimal digits.</summary>
    public required string TokenHash { get; init; }

    /// <summary>The role at most. A request has the lower one of this role and the owner's current role.</summary>
    public required string Role { get; init; }

    /// <summary>The scopes, separated by blanks; null when the token isn't limited to scopes.</summary>
    public required string? Scopes { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    /// <summary>Written by <see cref="LastUseWriter"/>, up to a minute late.</summary>
    public DateTime? LastUsedAt { get; init; }
}
