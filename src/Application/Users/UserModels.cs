namespace ModelOps.Application.Users;

/// <summary>What a token or session is made of.</summary>
/// <param name="SecurityStamp">Changes whenever the account's rights do; a token with an older one is void.</param>
public sealed record SignedInUser(string Id, string Email, IReadOnlyList<string> Roles, string SecurityStamp)
{
    public override string ToString() => nameof(SignedInUser);
}

/// <summary>An account as an administrator sees it.</summary>
public sealed record UserSummary(string Id, string Email, string Role, bool Disabled, DateTime CreatedAt);

public static class UserRoles
{
    /// <summary>Everything.</summary>
    public const string Admin = "ADMIN";

    /// <summary>Reads and predictions.</summary>
    public const string User = "USER";

    public static IReadOnlyList<string> All { get; } = [Admin, User];
}

public static class UserLimits
{
    public const int MaxEmail = 256;
    public const int MinPassword = 12;

    /// <summary>Hashing is the costly part of a sign-in; nobody may feed it megabytes.</summary>
    public const int MaxPassword = 256;

    public const int MaxWrongPasswords = 5;
    public const int LockMinutes = 5;
    public const int SessionCheckSeconds = 30;

    /// <summary>How long what was last known of a session counts while the database can't be asked: an access token's whole life.</summary>
    public const int SessionGraceMinutes = 15;
}
