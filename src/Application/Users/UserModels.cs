namespace ModelOps.Application.Users;

/// <summary>The account data from which a token or session is created.</summary>
/// <param name="SecurityStamp">Changes whenever the account's rights change, which invalidates tokens with an older stamp.</param>
public sealed record SignedInUser(string Id, string Email, IReadOnlyList<string> Roles, string SecurityStamp)
{
    public override string ToString() => nameof(SignedInUser);
}

/// <summary>The new password of a reset account. It is shown once.</summary>
public sealed record OneTimePassword(string Password)
{
    public override string ToString() => nameof(OneTimePassword);
}

/// <summary>An account as an administrator sees it.</summary>
public sealed record UserSummary(string Id, string Email, string Role, bool Disabled, DateTime CreatedAt);

public static class UserRoles
{
    /// <summary>All rights.</summary>
    public const string Admin = "ADMIN";

    /// <summary>What <see cref="User"/> may, and confirming diagnoses.</summary>
    public const string Clinician = "CLINICIAN";

    /// <summary>Reading and predicting.</summary>
    public const string User = "USER";

    /// <summary>All roles, the one with the most rights first. Each role includes the rights of those after it.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Clinician, User];

    /// <summary>Returns the role with fewer rights.</summary>
    public static string Lower(string one, string other) => IsAtMost(one, other) ? one : other;

    /// <summary>Whether the role has no right that <paramref name="other"/> lacks. An unknown role has none at all.</summary>
    public static bool IsAtMost(string role, string other) => Rank(role) >= Rank(other);

    private static int Rank(string role)
    {
        var at = All.ToList().IndexOf(role);
        return at < 0 ? All.Count : at;
    }
}

public static class UserLimits
{
    public const int MaxEmail = 256;
    public const int MinPassword = 12;

    /// <summary>Maximum password length. It bounds the cost of hashing.</summary>
    public const int MaxPassword = 256;

    public const int MaxWrongPasswords = 5;
    public const int LockMinutes = 5;

    /// <summary>How long a one-time password is valid.</summary>
    public const int OneTimePasswordHours = 24;

    /// <summary>After this time without another wrong password, the earlier ones don't count any more.</summary>
    public const int ForgetWrongPasswordsMinutes = 24 * 60;

    public const int SessionCheckSeconds = 30;

    /// <summary>
    /// How long the last known state of a session is trusted while the database is unavailable: the lifetime of an access token.
    /// </summary>
    public const int SessionGraceMinutes = 15;
}
