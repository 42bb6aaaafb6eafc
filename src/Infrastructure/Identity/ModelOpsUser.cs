using Microsoft.AspNetCore.Identity;

namespace ModelOps.Infrastructure.Identity;

/// <summary>A user account.</summary>
internal sealed class ModelOpsUser : IdentityUser
{
    /// <summary>Whether the account is disabled: the user can't sign in, and issued tokens become invalid. The history is kept.</summary>
    public bool Disabled { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>
    /// When the password is a one-time password, the time at which it expires; null for a password that the user chose. A session of an
    /// account with a one-time password may only change the password.
    /// </summary>
    public DateTime? OneTimePasswordExpiresAt { get; set; }
}
