using Microsoft.Extensions.Configuration;
using ModelOps.Infrastructure.Artifacts;

namespace ModelOps.Infrastructure;

/// <summary>What a process of an installation does.</summary>
public enum ServiceRole
{
    /// <summary>Serves and trains.</summary>
    All,

    /// <summary>Serves and queues trainings.</summary>
    Api,

    /// <summary>Trains; of the HTTP surface only what watches the process answers.</summary>
    Worker,
}

/// <summary>The settings that the operator gives; keys and defaults are in docs and README.</summary>
public sealed record InfrastructureSettings(string? ConnectionString, string DataDirectory, long MaxUploadBytes)
{
    public const long DefaultMaxUploadBytes = 268_435_456;

    public bool UsesPostgreSql => !string.IsNullOrWhiteSpace(ConnectionString);

    public ServiceRole Role { get; init; } = ServiceRole.All;

    /// <summary>Whether a start may alter the database; otherwise <c>migrate</c> does it, and a start on another schema is refused.</summary>
    public bool MigrateAtStart { get; init; } = true;

    public bool Serves => Role != ServiceRole.Worker;

    public bool Trains => Role != ServiceRole.Api;

    /// <param name="defaultDataDirectory">Where the data lie when <c>ModelOps:DataDirectory</c> names no place.</param>
    /// <exception cref="StartupException">A setting has a value that it can't have.</exception>
    public static InfrastructureSettings From(IConfiguration configuration, string defaultDataDirectory)
    {
        var section = configuration.GetSection("ModelOps");
        var folder = section["DataDirectory"];
        var settings = new InfrastructureSettings(
            configuration.GetConnectionString("ModelOps"),
            string.IsNullOrWhiteSpace(folder) ? defaultDataDirectory : folder,
            section.GetValue("MaxUploadBytes", DefaultMaxUploadBytes))
        {
            Role = RoleOf(section["Role"]),
            MigrateAtStart = MigrateAtStartOf(section["MigrateAtStart"]),
        };
        return settings.UsesPostgreSql || settings.Role == ServiceRole.All
            ? settings
            : throw new StartupException(
                $"ModelOps__Role is {settings.Role}, but the embedded database belongs to one process that does everything. "
                + "Leave the role out, or set ConnectionStrings__ModelOps to a PostgreSQL database.");
    }

    private static ServiceRole RoleOf(string? value) => value?.Trim() switch
    {
        null or "" => ServiceRole.All,
        var name when Array.Find(Enum.GetNames<ServiceRole>(), known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known =>
            Enum.Parse<ServiceRole>(known),
        _ => throw new StartupException("ModelOps__Role must be All, Api or Worker."),
    };

    private static bool MigrateAtStartOf(string? value) => value?.Trim() switch
    {
        null or "" => true,
        var text when bool.TryParse(text, out var yes) => yes,
        _ => throw new StartupException("ModelOps__MigrateAtStart must be true or false."),
    };
}
