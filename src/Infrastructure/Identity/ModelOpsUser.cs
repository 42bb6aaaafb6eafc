using Microsoft.AspNetCore.Identity;

namespace ModelOps.Infrastructure.Identity;

/// <summary>A user account.</summary>
internal sealed class ModelOpsUser : IdentityUser
{
    /// <summary>Whether the account is disabled: the user can't sign in, and issued tokens become invalid. The history is kept.</summary>
    public bool Disabled { get; set; }

    public DateTime CreatedAt { get; set; }
}
