using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Predictions;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Serving;

/// <summary>How long a prediction without a confirmed outcome is kept: <c>ModelOps__Predictions__KeepDays</c>.</summary>
internal sealed record PredictionRetentionSettings(int KeepDays)
{
    public const int DefaultKeepDays = 365;
    public const int MaxKeepDays = 36_500;

    /// <exception cref="StartupException">The setting is no number of days.</exception>
    public static PredictionRetentionSettings From(IConfiguration configuration) =>
        new((int)new SettingReader(configuration).Whole("Predictions:KeepDays", DefaultKeepDays, 1, MaxKeepDays));
}

/// <summary>Removes old predictions, at the start and every hour.</summary>
internal sealed partial class PredictionRetention(
    PredictionRetentionSettings settings, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time, ILogger<PredictionRetention> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RemoveOldPredictions(settings.KeepDays), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old predictions could not be removed and are tried again in an hour")]
    private partial void LogFailed(Exception exception);
}
