using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Serving;

/// <summary>Looks at the pointer every second, so that all replicas agree soon after an activation.</summary>
internal sealed partial class ServingSync(ServingWatcher watcher, StartupGate gate, TimeProvider time, ILogger<ServingSync> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await watcher.SyncAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The active pointer could not be read; what is loaded keeps serving")]
    private partial void LogFailed(Exception exception);
}
