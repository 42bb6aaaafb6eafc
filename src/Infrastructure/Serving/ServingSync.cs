using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Serving;

/// <summary>Looks at the pointer when told that it moved, and every second, so that all replicas agree soon after an activation.</summary>
internal sealed partial class ServingSync(ServingWatcher watcher, ServingSignal signal, StartupGate gate, ILogger<ServingSync> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        while (true)
        {
            await signal.WaitAsync(Interval, stoppingToken);
            try
            {
                await watcher.SyncAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Once, not every second of an outage.
                if (!_failing)
                {
                    LogFailed(exception);
                }

                _failing = true;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The active pointer could not be read; what is loaded keeps serving")]
    private partial void LogFailed(Exception exception);
}
