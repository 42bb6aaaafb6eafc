using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Predictions;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Serving;

/// <summary>How long a prediction without a confirmed outcome is kept: <c>ModelOps__Predictions__KeepDays</c>.</summary>
internal sealed record PredictionRetentionSettings(int KeepDays)
{
    public const int DefaultKeepDays = 365;
    public const int MaxKeepDays = 36_500;

    /// <exception cref="StartupException">The setting is not a valid number of days.</exception>
    public static PredictionRetentionSettings From(IConfiguration configuration) =>
        new((int)new SettingReader(configuration).Whole("Predictions:KeepDays", DefaultKeepDays, 1, MaxKeepDays));
}

/// <summary>Deletes old predictions when the service starts and then every hour.</summary>
internal sealed class PredictionRetention(
    PredictionRetentionSettings settings, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time,
        ILogger<PredictionRetention> logger)
    : PeriodicWork(
        (mediator, cancel) => mediator.Send(new RemoveOldPredictions(settings.KeepDays), cancel),
        TimeSpan.FromHours(1),
        scopes,
        gate,
        time,
        logger);
