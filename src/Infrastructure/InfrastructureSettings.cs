using System.Globalization;
using Microsoft.Extensions.Configuration;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Files;

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
    private const double Megabyte = 1024 * 1024;

    public bool UsesPostgreSql => !string.IsNullOrWhiteSpace(ConnectionString);

    public ServiceRole Role { get; init; } = ServiceRole.All;

    /// <summary>
    /// Whether a start may alter the database; otherwise <c>migrate</c> does it, and a start on another schema is refused.
    /// </summary>
    public bool MigrateAtStart { get; init; } = true;

    /// <summary>How long the processes wait for each other; shorter in tests of faults only.</summary>
    public Timing Timing { get; init; } = Timing.Default;

    /// <summary>After which time a trainer process is ended.</summary>
    public TimeSpan TrainerTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Beyond which memory a trainer process is ended; by default four fifths of what this process may use.</summary>
    public long TrainerMemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4;

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
            Timing = new Timing(
                Seconds(section, "Timing:LeaseSeconds", Timing.Default.Lease),
                Seconds(section, "Timing:ReconcileSeconds", Timing.Default.Reconcile),
                Seconds(section, "Timing:SettledSeconds", Timing.Default.Settled)),
        };
        settings = settings with
        {
            TrainerTime = TimeSpan.FromMinutes(Positive(section, "Trainer:MaxMinutes", settings.TrainerTime.TotalMinutes)),
            TrainerMemoryBytes = (long)(Positive(section, "Trainer:MaxMemoryMegabytes", settings.TrainerMemoryBytes / Megabyte) * Megabyte),
        };
        return settings.UsesPostgreSql || settings.Role == ServiceRole.All
            ? settings
            : throw new StartupException(
                $"ModelOps__Role is {settings.Role}, but the embedded database belongs to one process that does everything. "
                + "Leave the role out, or set ConnectionStrings__ModelOps to a PostgreSQL database.");
    }

    private static TimeSpan Seconds(IConfigurationSection section, string key, TimeSpan defaultValue) =>
        TimeSpan.FromSeconds(Positive(section, key, defaultValue.TotalSeconds));

    private static double Positive(IConfigurationSection section, string key, double defaultValue) => section[key]?.Trim() switch
    {
        null or "" => defaultValue,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e9 =>
            number,
        _ => throw new StartupException($"ModelOps__{key.Replace(":", "__", StringComparison.Ordinal)} must be a number greater than 0."),
    };

    private static ServiceRole RoleOf(string? value) => value?.Trim() switch
    {
        null or "" => ServiceRole.All,
        var name when Array.Find(Enum.GetNames<ServiceRole>(), known =>
            known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known =>
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
