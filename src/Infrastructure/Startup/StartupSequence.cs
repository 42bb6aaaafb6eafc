using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Training;
using ModelOps.Infrastructure.Artifacts;
using ModelOps.Infrastructure.Identity;
using ModelOps.Infrastructure.Persistence;
using ModelOps.Infrastructure.Serving;

namespace ModelOps.Infrastructure.Startup;

/// <summary>
/// What happens before the first request, in this order: lock the data directory, migrate, make the first administrator, take up
/// what an earlier process left behind, load the active version.
/// </summary>
internal sealed partial class StartupSequence(
    InfrastructureSettings settings,
    DataDirectory directory,
    DataDirectoryLock exclusive,
    IServiceScopeFactory scopes,
    ServingWatcher serving,
    StartupGate gate,
    ILogger<StartupSequence> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        directory.Create();
        if (!settings.UsesPostgreSql)
        {
            exclusive.Acquire();
        }

        await using (var scope = scopes.CreateAsyncScope())
        {
            var services = scope.ServiceProvider;
            await services.GetRequiredService<DatabaseInitializer>().MigrateAsync(cancellationToken);
            await services.GetRequiredService<AdministratorSeeder>().SeedAsync(cancellationToken);
        }

        if (!settings.UsesPostgreSql)
        {
            await TakeUpAsync(cancellationToken);
        }

        await serving.SyncAsync(cancellationToken);
        gate.Open();
        LogStarted(settings.UsesPostgreSql ? "PostgreSQL" : "the embedded SQLite file");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Nobody but this process works on an embedded data directory, so whatever was running is abandoned.</summary>
    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        foreach (var leftover in new DirectoryInfo(directory.Staging).EnumerateFileSystemInfos())
        {
            if (leftover is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                leftover.Delete();
            }
        }

        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ReconcileJobs(OnlyProcess: true), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "ModelOps is ready, on {Database}")]
    private partial void LogStarted(string database);
}
