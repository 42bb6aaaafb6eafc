using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Application.Failures;
using ModelOps.Infrastructure.Csv;
using ModelOps.Infrastructure.Failures;
using ModelOps.Infrastructure.FaultInjection;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Identity;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Operations;
using ModelOps.Infrastructure.Persistence;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Startup;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure;

public static class DependencyInjection
{
    /// <summary>Registers the implementations of the application layer's interfaces.</summary>
    /// <param name="serviceAssembly">The path of the service's own assembly. The trainer process runs the same assembly.</param>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, IConfiguration configuration, InfrastructureSettings settings, string serviceAssembly)
    {
        FaultPoints.EnsureAllowed();
        services.TryAddSingleton(FaultPoints.Clock);
        return services
            .AddSingleton(settings)
            .AddSingleton<IFailureClassifier, EnvironmentFailures>()
            .AddSingleton(settings.Timing)
            .AddSingleton(RetentionSettings.From(configuration))
            .AddSingleton(new UploadLimits(settings.MaxUploadBytes))
            .AddPersistence(settings)
            .AddFiles(settings)
            .AddTraining(settings, serviceAssembly)
            .AddStartup()
            .AddServing(configuration, settings)
            .AddMetrics()
            .AddModelOpsIdentity(configuration, settings)
            .AddSingleton(SourceSettings.From(configuration))
            .AddSingleton<IRecordSource, HospitalTable>()
            .AddJobs(settings)
            .AddIdempotencyRetention(configuration);
    }

    /// <summary>
    /// The command <c>migrate</c>: prepares the database in the same way as the service's start. Operators use it when the service's
    /// database user has no rights to alter the schema.
    /// </summary>
    /// <exception cref="StartupException">The operator must change something before the database can be prepared.</exception>
    public static async Task PrepareDatabaseAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var preparation = services.GetRequiredService<DatabasePreparation>();
        if (!services.GetRequiredService<InfrastructureSettings>().UsesPostgreSql)
        {
            services.GetRequiredService<DataDirectoryAccess>().Prepare();
            services.GetRequiredService<DataDirectoryLock>().Acquire();
        }

        await TellingAsync(preparation, () => preparation.PrepareAsync(cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Checks that the database exists and has this build's schema, without changing anything. The operator's commands that change
    /// accounts use it. They don't lock the data directory, so they work beside a running service.
    /// </summary>
    /// <exception cref="StartupException">The database isn't prepared, or can't be reached.</exception>
    public static Task RequireDatabaseAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var preparation = services.GetRequiredService<DatabasePreparation>();
        return TellingAsync(preparation, () => preparation.CheckAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Maps Hangfire's read-only dashboard. The caller adds the authorization.</summary>
    public static IEndpointConventionBuilder MapJobsDashboard(this IEndpointRouteBuilder endpoints, string address, string home) =>
        JobsDashboard.Map(endpoints, address, home);

    private static async Task TellingAsync(DatabasePreparation preparation, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is not StartupException && !cancellationToken.IsCancellationRequested)
        {
            if (!await preparation.IsAwayAsync(exception))
            {
                throw;
            }

            throw new StartupException("The database that ConnectionStrings__ModelOps names can't be reached.", exception);
        }
    }

    private static IServiceCollection AddFiles(this IServiceCollection services, InfrastructureSettings settings) => services
        .AddSingleton(new DataDirectory(settings.DataDirectory))
        .AddSingleton<DataDirectoryAccess>()
        .AddSingleton<DataDirectoryLock>()
        .AddSingleton<StagingSweep>()
        .AddSingleton<RowsFiles>()
        .AddSingleton<IRowsFiles>(provider => provider.GetRequiredService<RowsFiles>())
        .AddSingleton<IArtifactStore, ArtifactStore>()
        .AddSingleton<IDatasetStore, DatasetStore>()
        .AddSingleton<IClinicalCsvReader, ClinicalCsvReader>()
        .AddSingleton<IClinicalCsvWriter, CanonicalCsv>();

    private static IServiceCollection AddServing(this IServiceCollection services, IConfiguration configuration,
        InfrastructureSettings settings)
    {
        services
            .AddSingleton<ServingModel>()
            .AddSingleton<IServingModel>(provider => provider.GetRequiredService<ServingModel>())
            .AddSingleton<ActiveVersionFollower>()
            .AddSingleton(PredictionRetentionSettings.From(configuration));
        var rowsRetention = VersionRowsRetentionSettings.From(configuration);
        if (rowsRetention.KeepDays > 0)
        {
            services.AddSingleton(rowsRetention).AddHostedService<VersionRowsRetention>();
        }

        if (settings.Serves)
        {
            services
                .AddHostedService(provider => provider.GetRequiredService<ActiveVersionFollower>())
                .AddHostedService<PredictionWriter>()
                .AddHostedService<PredictionRetention>();
        }

        return settings.Serves && settings.UsesPostgreSql ? services.AddHostedService<ActivationListener>() : services;
    }

    private static IServiceCollection AddTraining(
        this IServiceCollection services, InfrastructureSettings settings, string serviceAssembly) => services
        .AddSingleton(new TrainerCommand(serviceAssembly))
        .AddSingleton(new TrainerLimits(settings.TrainerTime, settings.TrainerMemoryBytes))
        .AddSingleton<TrainerProcess>()
        .AddSingleton<ITrainingWorkspaces, TrainingWorkspaces>()
        .AddSingleton(NetworkRegistry.BuiltIn)
        .AddSingleton<ITrainableNetworks>(provider => provider.GetRequiredService<NetworkRegistry>())
        .AddSingleton<IVersionJudges, VersionJudges>();

    /// <summary>
    /// Registers the start-up. It comes before the services that wait for it, because hosted services start in order of registration.
    /// </summary>
    private static IServiceCollection AddStartup(this IServiceCollection services) => services
        .AddSingleton<StartupGate>()
        .AddSingleton<IStartupState>(provider => provider.GetRequiredService<StartupGate>())
        .AddSingleton<DatabasePreparation>()
        .AddSingleton<RecentErrors>()
        .AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<RecentErrors>())
        .AddSingleton<DatabaseProbe>()
        .AddSingleton<WorkerMonitor>()
        .AddSingleton<ISystemProbe, SystemProbe>()
        .AddHostedService<StartupSequence>()
        .AddHostedService<ReserveUpkeep>();
}
