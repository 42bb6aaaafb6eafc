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

    /// <exception cref="StartupException">The setting is no number of days.</exception>
    public static PredictionRetentionSettings From(IConfiguration configuration) =>
        configuration["ModelOps:Predictions:KeepDays"] switch
        {
            null or "" => new(DefaultKeepDays),
            var text when int.TryParse(text, out var days) && days is >= 1 and <= MaxKeepDays => new(days),
            _ => throw new StartupException($"ModelOps__Predictions__KeepDays must be a whole number of days from 1 to {MaxKeepDays}."),
        };
}

/// <summary>Removes old predictions, at the start and every hour.</summary>
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
