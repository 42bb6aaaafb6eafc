using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Serving;

namespace ModelOps.Infrastructure.Startup;

/// <summary>
/// The steps before the first request, in this order: lock an embedded data directory, prepare the database, recover the unfinished work
/// of earlier processes, load the active version. If the database is unavailable, the process listens nevertheless, so that probes see
/// it as live but not ready. The sequence continues when the database is available again.
/// </summary>
internal sealed partial class StartupSequence(
    InfrastructureSettings settings,
    DataDirectoryAccess directory,
    DataDirectoryLock exclusive,
    DatabasePreparation preparation,
    IDataProtectionProvider protection,
    IServiceScopeFactory scopes,
    ActiveVersionFollower follower,
    StartupGate gate,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<StartupSequence> logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        directory.Prepare();
        if (!settings.UsesPostgreSql)
        {
            exclusive.Acquire();
        }

        if (!await TryStartAsync(cancellationToken))
        {
            LogWaiting();
            await base.StartAsync(cancellationToken);
        }
    }

    /// <summary>Retries the start until the database is available. Runs only if the first attempt found it unavailable.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            do
            {
                await Task.Delay(RetryInterval, time, stoppingToken);
            }
            while (!await TryStartAsync(stoppingToken));
        }
        catch (StartupException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not StartupException && !cancellationToken.IsCancellationRequested)
        {
            if (!await preparation.IsAwayAsync(exception))
            {
                throw;
            }

            LogAway(exception);
            return false;
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        if (settings.MigrateAtStart)
        {
            await preparation.PrepareAsync(cancellationToken);
        }
        else
        {
            await preparation.CheckAsync(cancellationToken);
        }

        // Loads the Data Protection keys into memory now, so that tokens can be read during a later database outage.
        protection.CreateProtector(nameof(StartupSequence)).Protect([]);
        if (!settings.UsesPostgreSql)
        {
            await TakeUpAsync(cancellationToken);
        }

        if (settings.Serves)
        {
            await follower.FollowAsync(cancellationToken);
        }

        gate.Open();
        LogStarted(settings.UsesPostgreSql ? "PostgreSQL" : "the embedded SQLite file", settings.Role);
    }

    /// <summary>
    /// Recovers unfinished work. Only this process uses an embedded data directory, so every job that is marked as running is
    /// abandoned, and so is every unpublished import.
    /// </summary>
    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        await mediator.Send(new ReconcileJobs(OnlyProcess: true), cancellationToken);
        await mediator.Send(new SweepImports(OnlyMark: true), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database can't be reached; ModelOps waits for it and is not ready until then")]
    private partial void LogWaiting();

    [LoggerMessage(Level = LogLevel.Debug, Message = "The database can't be reached")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "ModelOps is ready, on {Database}, role {Role}")]
    private partial void LogStarted(string database, ServiceRole role);
}
