using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Jobs;

internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services, InfrastructureSettings settings)
    {
        services.AddHangfire((provider, configuration) => configuration
            .UseLogProvider(new HangfireLog(provider.GetRequiredService<ILoggerFactory>()))
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseTypeResolver(AllowedTypes.Resolve));

        // Hangfire's own registration returns a static storage. Two services in one process would share it, so it is replaced.
        services.Replace(ServiceDescriptor.Singleton(provider =>
        {
            provider.GetRequiredService<IGlobalConfiguration>();
            var storage = StorageOf(settings);
            storage.JobExpirationTimeout = TimeSpan.FromHours(provider.GetRequiredService<RetentionSettings>().QueueHours);
            return storage;
        }));
        services.AddSingleton<PostgreSqlJobStorage>();
        services.AddSingleton<ITrainingQueue, TrainingQueue>();
        services.AddScoped<TrainingJobRunner>();
        if (settings.Trains)
        {
            services.AddHostedService<TrainingServer>();
        }

        services.AddHostedService<Reconciler>();
        services.AddHostedService<TrainingRetention>();
        services.AddHostedService<IdleMemory>();
        services.AddHostedService<ImportSweep>();
        return services;
    }

    /// <exception cref="StartupException">The setting is not a valid number of hours.</exception>
    public static IServiceCollection AddIdempotencyRetention(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(IdempotencyRetentionSettings.From(configuration))
        .AddHostedService<IdempotencyRetention>();

    private static JobStorage StorageOf(InfrastructureSettings settings) => settings.UsesPostgreSql
        ? new PostgreSqlStorage(
            new NpgsqlConnectionFactory(PostgreSql.ConnectionString(settings), PostgreSqlJobStorage.Options), PostgreSqlJobStorage.Options)
        : new InMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Guid });
}

/// <summary>
/// The only types that may be deserialized from Hangfire's storage. Write access to its tables must not allow running other code.
/// </summary>
internal static class AllowedTypes
{
    private static readonly Type[] Types = [typeof(TrainingJobRunner), typeof(Guid), typeof(CancellationToken)];

    public static Type Resolve(string name)
    {
        var simple = name.Split(',')[0].Trim();
        return Array.Find(Types, type => type.FullName == simple)
            ?? throw new TypeLoadException("Hangfire's storage names a type that is not allowed.");
    }
}
