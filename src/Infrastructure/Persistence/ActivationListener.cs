using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Startup;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Receives activation notifications (LISTEN/NOTIFY) of other processes within milliseconds, on a dedicated connection. A notification
/// is lost when no connection listens. Each new connection therefore signals the follower first, and
/// <see cref="ActiveVersionFollower"/> polls the pointer as well.
/// </summary>
internal sealed partial class ActivationListener(
    InfrastructureSettings settings, ActiveVersionFollower follower, StartupGate gate, TimeProvider time,
        ILogger<ActivationListener> logger)
    : BackgroundService
{
    public const string Channel = "modelops_active_model";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        var delay = FirstDelay;
        while (true)
        {
            try
            {
                await ListenAsync(() => delay = FirstDelay, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // No exception here may end the service, because the pointer is polled as well.
                LogLost(exception);
            }

            await Task.Delay(delay, time, stoppingToken);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private async Task ListenAsync(Action onConnected, CancellationToken cancellationToken)
    {
        await using var connection = PostgreSql.Unpooled(PostgreSql.ConnectionString(settings));
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        onConnected();
        follower.Signal();
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
            follower.Signal();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection that hears of activations was lost; the pointer is polled meanwhile")]
    private partial void LogLost(Exception exception);
}
