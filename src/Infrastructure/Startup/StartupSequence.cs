using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Serving;

namespace ModelOps.Infrastructure.Startup;

/// <summary>
/// What happens before the first request, in this order: lock an embedded data directory, prepare the database, take up what an
/// earlier process left behind, load the active version. Where the database is away, the process starts to listen nevertheless, so
/// that whoever watches it sees that it lives and isn't ready, and this goes on as soon as the database is back.
/// </summary>
internal sealed partial class StartupSequence(
    InfrastructureSettings settings,
    DataDirectory directory,
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
        directory.Create();
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

    /// <summary>Only where the database was away.</summary>
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

        // Reads the keys now: while the database is away later, tokens must still be readable.
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

    /// <summary>Nobody but this process works on an embedded data directory, so whatever was running is abandoned.</summary>
    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ReconcileJobs(OnlyProcess: true), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database can't be reached; ModelOps waits for it and is not ready until then")]
    private partial void LogWaiting();

    [LoggerMessage(Level = LogLevel.Debug, Message = "The database can't be reached")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "ModelOps is ready, on {Database}, role {Role}")]
    private partial void LogStarted(string database, ServiceRole role);
}
