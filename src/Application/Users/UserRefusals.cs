using ModelOps.Domain;

namespace ModelOps.Application.Users;

/// <summary>The refusals that concern accounts, in one place so that a code always means the same.</summary>
public static class UserRefusals
{
    /// <summary>One sentence for every reason: nobody learns from it which e-mail addresses exist.</summary>
    public static RefusalException InvalidCredentials() => new(
        RefusalKind.Unauthenticated, "invalid_credentials",
        $"The e-mail or the password is wrong. After {UserLimits.MaxWrongPasswords} wrong tries an account is locked for {UserLimits.LockMinutes} minutes.");

    public static RefusalException InvalidToken() => new(
        RefusalKind.Unauthenticated, "invalid_token", $"The token isn't valid any more. Sign in again.");

    public static RefusalException UserNotFound() => new(
        RefusalKind.NotFound, "user_not_found", $"There is no user with this id.");

    public static RefusalException UserExists() => new(
        RefusalKind.Conflict, "user_exists", $"There is a user with this e-mail already.");

    public static RefusalException LastAdmin() => new(
        RefusalKind.Conflict, "last_admin",
        $"This is the last administrator who can sign in. Make another user ADMIN first.");
}
