using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Reconciles every few seconds, for workers that died while the others live on, and wake-ups that were lost.</summary>
internal sealed partial class Reconciler(
    IServiceScopeFactory scopes, StartupGate gate, TimeProvider time, ILogger<Reconciler> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ReconcileJobs(), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reconciling failed and is tried again in some seconds")]
    private partial void LogFailed(Exception exception);
}
