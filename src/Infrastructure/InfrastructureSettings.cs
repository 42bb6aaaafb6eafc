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
        var reader = new SettingReader(configuration);
        var settings = new InfrastructureSettings(
            configuration.GetConnectionString("ModelOps"),
            reader.Text("DataDirectory") ?? defaultDataDirectory,
            reader.Whole("MaxUploadBytes", DefaultMaxUploadBytes, 1, long.MaxValue))
        {
            Role = reader.OneOf("Role", ServiceRole.All),
            MigrateAtStart = reader.Flag("MigrateAtStart", true),
            Timing = new Timing(
                Seconds(reader, "Timing:LeaseSeconds", Timing.Default.Lease),
                Seconds(reader, "Timing:ReconcileSeconds", Timing.Default.Reconcile),
                Seconds(reader, "Timing:SettledSeconds", Timing.Default.Settled)),
        };
        settings = settings with
        {
            TrainerTime = TimeSpan.FromMinutes(reader.Positive("Trainer:MaxMinutes", settings.TrainerTime.TotalMinutes)),
            TrainerMemoryBytes = (long)(reader.Positive("Trainer:MaxMemoryMegabytes", settings.TrainerMemoryBytes / Megabyte) * Megabyte),
        };
        return settings.UsesPostgreSql || settings.Role == ServiceRole.All
            ? settings
            : throw new StartupException(
                $"ModelOps__Role is {settings.Role}, but the embedded database belongs to one process that does everything. "
                + "Leave the role out, or set ConnectionStrings__ModelOps to a PostgreSQL database.");
    }

    private static TimeSpan Seconds(SettingReader reader, string key, TimeSpan defaultValue) =>
        TimeSpan.FromSeconds(reader.Positive(key, defaultValue.TotalSeconds));
}
