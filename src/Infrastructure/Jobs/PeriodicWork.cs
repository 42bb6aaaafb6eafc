using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// Sends a command when the service has started and then after each interval. A failure is logged and retried after the next interval.
/// </summary>
/// <param name="send">Sends the command through the mediator of a new scope.</param>
internal abstract partial class PeriodicWork(
    Func<IMediator, CancellationToken, Task> send, TimeSpan interval, IServiceScopeFactory scopes, StartupGate gate, TimeProvider time,
        ILogger logger)
    : BackgroundService
{
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await send(scope.ServiceProvider.GetRequiredService<IMediator>(), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception, GetType().Name, interval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} failed and is tried again in {Interval}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string work, TimeSpan interval);
}
