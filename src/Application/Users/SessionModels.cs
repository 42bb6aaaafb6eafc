namespace ModelOps.Application.Users;

public enum SessionKind
{
    /// <summary>The dashboard's cookie. The session ends 12 hours after its last use.</summary>
    Browser,

    /// <summary>An API client's access and refresh tokens. The session ends 14 days after its last renewal.</summary>
    Api,
}

/// <summary>Who asks for a session.</summary>
/// <param name="Address">The network address, an IPv6 address by its /64 prefix; empty if unknown. Stored as a keyed hash only.</param>
/// <param name="Agent">The <c>User-Agent</c> header; null if there is none.</param>
public sealed record SessionClient(string Address, string? Agent)
{
    public const int MaxAgent = 200;

    /// <summary>The agent as it is stored: without control characters and shortened.</summary>
    public string? ShortAgent() => Agent is null ? null : new string([.. Agent.Where(c => !char.IsControl(c)).Take(MaxAgent)]);

    public override string ToString() => nameof(SessionClient);
}

/// <summary>A session as a cookie or an access token names it. The stamp is the account's security stamp at the sign-in.</summary>
public sealed record SessionReference(Guid Id, string UserId, string SecurityStamp)
{
    public override string ToString() => nameof(SessionReference);
}

/// <summary>A session that has begun or was renewed.</summary>
/// <param name="RefreshToken">Renews the session once; null for a browser's session.</param>
public sealed record SignedInSession(Guid Id, SignedInUser User, string? RefreshToken)
{
    public override string ToString() => nameof(SignedInSession);
}

/// <summary>What a living session may do.</summary>
/// <param name="MustChangePassword">The user signed in with a one-time password and may only change the password.</param>
public sealed record SessionStanding(string UserId, string SecurityStamp, bool MustChangePassword)
{
    public override string ToString() => nameof(SessionStanding);
}

/// <summary>A living session in the list of its user.</summary>
/// <param name="Current">Whether the request that lists the sessions belongs to this session.</param>
public sealed record SessionSummary(
    Guid Id, SessionKind Kind, string? Client, DateTime CreatedAt, DateTime LastSeenAt, DateTime ExpiresAt, bool Current);

/// <summary>The intervals of session checks. Only tests use shorter ones.</summary>
/// <param name="Check">How long the last known state of a session is used before it is read again.</param>
/// <param name="Watch">The interval at which sessions of running requests and open pages are checked.</param>
/// <param name="LastUse">The interval at which the times of last use are written.</param>
public sealed record SessionTiming(TimeSpan Check, TimeSpan Watch, TimeSpan LastUse)
{
    /// <summary>With these intervals, everything of an ended session stops within a minute, on every replica.</summary>
    public static SessionTiming Default { get; } =
        new(TimeSpan.FromSeconds(UserLimits.SessionCheckSeconds), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));
}
