namespace ModelOps.Application.Abstractions;

/// <summary>Who asks. A use case that the service runs by itself has nobody: everything is empty then.</summary>
public interface ICurrentUser
{
    string? Email { get; }

    IReadOnlyList<string> Roles { get; }
}

public static class CurrentUserExtensions
{
    /// <summary>The name that is written beside what was done.</summary>
    public static string Signature(this ICurrentUser user) => user.Email ?? "system";
}
