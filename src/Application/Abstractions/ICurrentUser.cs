using ModelOps.Application.Users;

namespace ModelOps.Application.Abstractions;

/// <summary>The user who sent the request. All properties are empty when the service itself runs a use case.</summary>
public interface ICurrentUser
{
    /// <summary>The account's id.</summary>
    string? Id { get; }

    /// <summary>The session of the request; null for a request with a personal access token.</summary>
    Guid? SessionId { get; }

    string? Email { get; }

    IReadOnlyList<string> Roles { get; }
}

public static class CurrentUserExtensions
{
    /// <summary>The name recorded with each action.</summary>
    public static string Signature(this ICurrentUser user) => user.Email ?? "system";

    /// <summary>Whether the user may read the rows of datasets, and so every figure about them.</summary>
    public static bool MayReadRows(this ICurrentUser user) => user.Roles.Contains(UserRoles.Admin);
}
