namespace ModelOps.Application.Abstractions;

/// <summary>Who asks. A use case that the service runs by itself has nobody: everything is empty then.</summary>
public interface ICurrentUser
{
    string? Id { get; }

    string? Email { get; }

    IReadOnlyList<string> Roles { get; }
}
