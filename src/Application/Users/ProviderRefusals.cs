using ModelOps.Domain;

namespace ModelOps.Application.Users;

/// <summary>Refusals about the hospital's own sign-in and its accounts.</summary>
public static class ProviderRefusals
{
    public static RefusalException PasswordsOff() => new(
        RefusalKind.Forbidden, "local_sign_in_off",
        $"Signing in with a password is switched off here. Use the hospital's sign-in in the browser; programs use a personal access token.");

    public static RefusalException NoRole() => new(
        RefusalKind.Forbidden, "no_role",
        $"The hospital's sign-in knows you, but none of your roles there gives access to ModelOps. Ask the people who manage the hospital's accounts.");

    public static RefusalException NoEmail() => new(
        RefusalKind.Forbidden, "no_email",
        $"The hospital's sign-in named no usable e-mail address of yours. Ask the people who manage the hospital's accounts.");

    public static RefusalException EmailNotVerified() => new(
        RefusalKind.Forbidden, "email_not_verified",
        $"The hospital's sign-in hasn't verified your e-mail address. Verify it there, then sign in again.");

    /// <summary>An account is never taken over by its e-mail address, because a provider's address may be another person's.</summary>
    public static RefusalException EmailTaken() => new(
        RefusalKind.Conflict, "email_taken",
        $"Another account of ModelOps has your e-mail address already. An administrator has to delete that account first; what was done with it stays on record.");

    public static RefusalException Disabled() => new(
        RefusalKind.Forbidden, "account_disabled", $"Your account of ModelOps is locked out. Ask an administrator of ModelOps.");

    public static RefusalException Denied() => new(
        RefusalKind.Forbidden, "sign_in_denied",
        $"The sign-in was cancelled, or the hospital's sign-in refused it. Try again, or ask the people who manage the hospital's accounts.");

    public static RefusalException SignInFailed() => new(
        RefusalKind.Invalid, "sign_in_failed",
        $"The sign-in could not be completed: it took too long, or its page was opened twice. Go back to the sign-in page and try again.");

    public static RefusalException Misconfigured() => new(
        RefusalKind.Unavailable, "provider_misconfigured",
        $"The hospital's sign-in and ModelOps don't understand each other. Tell the operator; the log says more.");

    public static RefusalException Unavailable() => new(
        RefusalKind.Unavailable, "provider_unavailable",
        $"The hospital's sign-in can't be reached at the moment. Try again in a few minutes; if that doesn't help, tell the operator.");

    public static RefusalException NoPassword() => new(
        RefusalKind.Conflict, "no_password",
        $"This account belongs to the hospital's sign-in and has no password here. Its password is changed there.");

    public static RefusalException RoleOfProvider() => new(
        RefusalKind.Conflict, "role_of_provider",
        $"The hospital's sign-in decides this account's role. Change it there, or lock the account out here.");

    public static RefusalException LastLocalAdmin() => new(
        RefusalKind.Conflict, "last_admin",
        $"This is the last administrator with a password, who can sign in when the hospital's sign-in is down. Make another user with a password ADMIN first.");
}
