namespace ModelOps.Application.Users;

public static class AccessTokenLimits
{
    /// <summary>How a personal access token begins, so that people and secret scanners recognize it.</summary>
    public const string Prefix = "modelops_pat_";

    public const int MaxName = 100;

    /// <summary>The longest lifetime of a personal access token.</summary>
    public const int MaxDays = 366;
}

/// <summary>What a token with scopes may be used for. A token without scopes may do whatever its role may.</summary>
public static class TokenScopes
{
    /// <summary>Reading jobs, versions, datasets and predictions.</summary>
    public const string Read = "read";

    /// <summary>Predicting.</summary>
    public const string Predict = "predict";

    /// <summary>Starting and cancelling trainings.</summary>
    public const string Train = "train";

    /// <summary>Adding and changing datasets, records and confirmed diagnoses.</summary>
    public const string Data = "data";

    public static IReadOnlyList<string> All { get; } = [Read, Predict, Train, Data];
}

/// <summary>A new personal access token. The token is shown this once.</summary>
public sealed record CreatedAccessToken(Guid Id, string Token)
{
    public override string ToString() => nameof(CreatedAccessToken);
}

/// <summary>A personal access token in the list of its owner.</summary>
/// <param name="Scopes">Null when the token isn't limited to scopes.</param>
public sealed record AccessTokenSummary(
    Guid Id, string Name, string Role, IReadOnlyList<string>? Scopes, DateTime CreatedAt, DateTime ExpiresAt, DateTime? LastUsedAt);

/// <summary>What a valid token may do.</summary>
/// <param name="Role">The lower one of the token's role and its owner's current role.</param>
/// <param name="Scopes">Null when the token isn't limited to scopes.</param>
public sealed record TokenStanding(
    Guid Id, string UserId, string Email, string Role, IReadOnlyList<string>? Scopes, DateTime ExpiresAt)
{
    public override string ToString() => nameof(TokenStanding);
}
