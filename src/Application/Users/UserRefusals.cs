using ModelOps.Domain;

namespace ModelOps.Application.Users;

/// <summary>Refusals about accounts, defined once so that each code always has the same meaning.</summary>
public static class UserRefusals
{
    /// <summary>The same sentence for every reason, so that a caller can't find out which e-mail addresses exist.</summary>
    public static RefusalException InvalidCredentials() => new(
        RefusalKind.Unauthenticated, "invalid_credentials",
        $"The e-mail or the password is wrong. After {UserLimits.MaxWrongPasswords} wrong tries an account is locked for {UserLimits.LockMinutes} minutes.");

    internal static FormattableString PasswordWithEmail => $"must not contain the e-mail or its first part.";

    internal static FormattableString CommonPassword =>
        $"is one of those that are tried first: a common password, a sequence or a repetition.";

    public static RefusalException InvalidToken() => new(
        RefusalKind.Unauthenticated, "invalid_token", $"The token isn't valid any more. Sign in again.");

    public static RefusalException SessionNotFound() => new(
        RefusalKind.NotFound, "session_not_found", $"You have no session with this id, or it has ended.");

    public static RefusalException TokenNotFound() => new(
        RefusalKind.NotFound, "token_not_found", $"You have no access token with this id.");

    public static RefusalException SessionRequired() => new(
        RefusalKind.Forbidden, "session_required", $"A personal access token can't do this. Sign in with e-mail and password.");

    public static RefusalException ScopeMissing() => new(
        RefusalKind.Forbidden, "insufficient_scope", $"The scopes of this access token don't include this.");

    public static RefusalException PasswordChangeRequired() => new(
        RefusalKind.Forbidden, "password_change_required",
        $"You signed in with a one-time password. Change it first: on the page Account, or with POST /auth/password.");

    public static RefusalException UserNotFound() => new(
        RefusalKind.NotFound, "user_not_found", $"There is no user with this id.");

    public static RefusalException UserExists() => new(
        RefusalKind.Conflict, "user_exists", $"There is a user with this e-mail already.");

    public static RefusalException LastAdmin() => new(
        RefusalKind.Conflict, "last_admin",
        $"This is the last administrator who can sign in. Make another user ADMIN first.");
}
