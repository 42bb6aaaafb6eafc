using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Runs Hangfire's server, but only once the start-up has taken up what an earlier process left behind.</summary>
/// <remarks>
/// It stops as soon as the process is asked to, and not in its turn: the web server, which is stopped before, waits for requests that
/// may last, and a training has to be handed back within seconds.
/// </remarks>
internal sealed class TrainingServer(
    JobStorage storage, IServiceScopeFactory scopes, StartupGate gate, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var options = new BackgroundJobServerOptions
        {
            // One training at a time in a process: a training uses one core, and a machine has others to answer requests with.
            WorkerCount = 1,
            Queues = [TrainingJobRunner.Queue],
            Activator = new Hangfire.AspNetCore.AspNetCoreJobActivator(scopes),
            CancellationCheckInterval = TimeSpan.FromSeconds(2),
            StopTimeout = TimeSpan.Zero,
            ShutdownTimeout = TimeSpan.FromSeconds(20),
        };
        using var server = new BackgroundJobServer(options, storage);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        }
        catch (OperationCanceledException)
        {
            server.SendStop();
            await server.WaitForShutdownAsync(CancellationToken.None);
        }
    }
}
