using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Infrastructure.Artifacts;
using ModelOps.Infrastructure.Csv;
using ModelOps.Infrastructure.Identity;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Persistence;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Startup;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure;

public static class DependencyInjection
{
    /// <summary>Everything behind the application's seams.</summary>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, IConfiguration configuration, InfrastructureSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(settings)
            .AddSingleton(new UploadLimits(settings.MaxUploadBytes))
            .AddPersistence(settings)
            .AddFiles(settings)
            .AddTraining()
            .AddStartup()
            .AddServing(configuration)
            .AddMetrics()
            .AddModelOpsIdentity(configuration)
            .AddJobs();
    }

    /// <summary>The job library's own pages for operators, for looking only. The caller says who may.</summary>
    public static IEndpointConventionBuilder MapJobsDashboard(this IEndpointRouteBuilder endpoints, string address) =>
        JobsDashboard.Map(endpoints, address);

    private static IServiceCollection AddFiles(this IServiceCollection services, InfrastructureSettings settings) => services
        .AddSingleton(new DataDirectory(settings.DataDirectory))
        .AddSingleton<DataDirectoryLock>()
        .AddSingleton<IArtifactStore, ArtifactStore>()
        .AddSingleton<IDatasetStore, DatasetStore>()
        .AddSingleton<IClinicalCsvReader, ClinicalCsvReader>();

    private static IServiceCollection AddServing(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<ServingModel>()
        .AddSingleton<IServingModel>(provider => provider.GetRequiredService<ServingModel>())
        .AddSingleton<ServingWatcher>()
        .AddSingleton(PredictionRetentionSettings.From(configuration))
        .AddHostedService<ServingSync>()
        .AddHostedService<PredictionWriter>()
        .AddHostedService<PredictionRetention>();

    private static IServiceCollection AddTraining(this IServiceCollection services) => services
        .AddSingleton(TrainerCommand.Default)
        .AddSingleton<IModelTrainer, TrainerProcess>();

    /// <summary>Registered before everything that waits for it: hosted services start in the order of their registration.</summary>
    private static IServiceCollection AddStartup(this IServiceCollection services) => services
        .AddSingleton<StartupGate>()
        .AddHostedService<StartupSequence>();
}
