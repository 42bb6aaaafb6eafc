using Microsoft.Extensions.Configuration;
using ModelOps.Application.Training;
using ModelOps.Application.Users;
using ModelOps.Infrastructure.Identity;

namespace ModelOps.Infrastructure;

/// <summary>The role of a process in an installation.</summary>
public enum ServiceRole
{
    /// <summary>Answers requests and runs trainings.</summary>
    All,

    /// <summary>Answers requests and enqueues trainings, but does not run them.</summary>
    Api,

    /// <summary>Runs trainings. Only the health and monitoring endpoints answer over HTTP.</summary>
    Worker,
}

/// <summary>Which users of the machine may read the data directory.</summary>
public enum LocalAccess
{
    /// <summary>The service's own user: folders 0700, files 0600.</summary>
    Owner,

    /// <summary>Its group, too: folders 0770, files 0660.</summary>
    Group,
}

/// <summary>The operator's settings. The README and the docs describe the keys and defaults.</summary>
public sealed record InfrastructureSettings(string? ConnectionString, string DataDirectory, long MaxUploadBytes)
{
    public const long DefaultMaxUploadBytes = 268_435_456;
    private const double Megabyte = 1024 * 1024;

    public bool UsesPostgreSql => !string.IsNullOrWhiteSpace(ConnectionString);

    public ServiceRole Role { get; init; } = ServiceRole.All;

    public LocalAccess LocalAccess { get; init; } = LocalAccess.Owner;

    /// <summary>
    /// Whether the service migrates the database at start. If false, the command <c>migrate</c> does it, and the service refuses to start
    /// on a database with a different schema.
    /// </summary>
    public bool MigrateAtStart { get; init; } = true;

    /// <summary>The lease, the reconciliation interval and the age of settled files. Only fault tests use shorter times.</summary>
    public Timing Timing { get; init; } = Timing.Default;

    /// <summary>The longest running time of a trainer process. Then it is killed.</summary>
    public TimeSpan TrainerTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The memory limit of a trainer process in bytes. The default is 4/5 of the memory available to this process.</summary>
    public long TrainerMemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4;

    /// <summary>The hospital's own sign-in; null if there is none.</summary>
    public SignInProvider? SignInProvider { get; init; }

    public bool Serves => Role != ServiceRole.Worker;

    public bool Trains => Role != ServiceRole.Api;

    /// <param name="defaultDataDirectory">The data directory if <c>ModelOps:DataDirectory</c> is not set.</param>
    /// <exception cref="StartupException">A setting has an invalid value.</exception>
    public static InfrastructureSettings From(IConfiguration configuration, string defaultDataDirectory)
    {
        var reader = new SettingReader(configuration);
        var settings = new InfrastructureSettings(
            configuration.GetConnectionString("ModelOps"),
            reader.Text("DataDirectory") ?? defaultDataDirectory,
            reader.Whole("MaxUploadBytes", DefaultMaxUploadBytes, 1, long.MaxValue))
        {
            Role = reader.OneOf("Role", ServiceRole.All),
            LocalAccess = reader.OneOf("Files:Access", LocalAccess.Owner),
            MigrateAtStart = reader.Flag("MigrateAtStart", true),
            SignInProvider = SignInProviderSettings.From(configuration),
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
