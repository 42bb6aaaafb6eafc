using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Runs Hangfire's server. It starts only after the start-up has recovered the work of earlier processes.</summary>
/// <remarks>
/// The server stops as soon as shutdown is requested, before the other hosted services. The web server, which stops earlier in the
/// usual order, may wait long for running requests, but a training must return to the queue within seconds.
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
            // Each process runs one training at a time. A training uses one core; the other cores stay free for requests.
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
