using Microsoft.AspNetCore.Identity;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Somebody who may sign in.</summary>
internal sealed class ModelOpsUser : IdentityUser
{
    /// <summary>A disabled user keeps its history but can't sign in, and its living tokens end.</summary>
    public bool Disabled { get; set; }

    public DateTime CreatedAt { get; set; }
}
