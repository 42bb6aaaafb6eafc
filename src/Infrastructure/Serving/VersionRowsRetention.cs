using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Versions;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Serving;

/// <summary>How long a version keeps the rows that it was made of: <c>ModelOps__Retention__VersionRowsDays</c>.</summary>
/// <param name="KeepDays">0 if they are kept as long as the version.</param>
internal sealed record VersionRowsRetentionSettings(int KeepDays)
{
    public const int MaxKeepDays = 36_500;

    /// <exception cref="StartupException">The setting is not a valid number of days.</exception>
    public static VersionRowsRetentionSettings From(IConfiguration configuration) =>
        new((int)new SettingReader(configuration).Whole("Retention:VersionRowsDays", 0, 0, MaxKeepDays));
}

/// <summary>Removes the rows of old versions when the service starts and then every hour.</summary>
internal sealed class VersionRowsRetention(
    VersionRowsRetentionSettings settings, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time,
        ILogger<VersionRowsRetention> logger)
    : PeriodicWork(
        (mediator, cancel) => mediator.Send(new RemoveOldVersionRows(settings.KeepDays), cancel),
        TimeSpan.FromHours(1),
        scopes,
        gate,
        time,
        logger);
