namespace ModelOps.Application.Users;

/// <summary>The account data from which a token or session is created.</summary>
/// <param name="SecurityStamp">Changes whenever the account's rights change, which invalidates tokens with an older stamp.</param>
public sealed record SignedInUser(string Id, string Email, IReadOnlyList<string> Roles, string SecurityStamp)
{
    public override string ToString() => nameof(SignedInUser);
}

/// <summary>An account as an administrator sees it.</summary>
public sealed record UserSummary(string Id, string Email, string Role, bool Disabled, DateTime CreatedAt);

public static class UserRoles
{
    /// <summary>All rights.</summary>
    public const string Admin = "ADMIN";

    /// <summary>Reading and predicting.</summary>
    public const string User = "USER";

    public static IReadOnlyList<string> All { get; } = [Admin, User];
}

public static class UserLimits
{
    public const int MaxEmail = 256;
    public const int MinPassword = 12;

    /// <summary>Maximum password length. It bounds the cost of hashing.</summary>
    public const int MaxPassword = 256;

    public const int MaxWrongPasswords = 5;
    public const int LockMinutes = 5;

    /// <summary>After this time without another wrong password, the earlier ones don't count any more.</summary>
    public const int ForgetWrongPasswordsMinutes = 24 * 60;

    public const int SessionCheckSeconds = 30;

    /// <summary>
    /// How long the last known state of a session is trusted while the database is unavailable: the lifetime of an access token.
    /// </summary>
    public const int SessionGraceMinutes = 15;
}
