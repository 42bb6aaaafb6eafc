using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Jobs;

internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services, InfrastructureSettings settings)
    {
        services.AddHangfire(configuration => configuration
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseTypeResolver(AllowedTypes.Resolve)
            .UseStorageOf(settings));
        services.AddSingleton<PostgreSqlJobStorage>();
        services.AddSingleton<ITrainingQueue, TrainingQueue>();
        services.AddScoped<TrainingJobRunner>();
        if (settings.Trains)
        {
            services.AddHostedService<TrainingServer>();
        }

        services.AddHostedService<Reconciler>();
        return services;
    }

    private static void UseStorageOf(this IGlobalConfiguration configuration, InfrastructureSettings settings)
    {
        if (settings.UsesPostgreSql)
        {
            configuration.UsePostgreSqlStorage(
                storage => storage.UseNpgsqlConnection(PostgreSql.ConnectionString(settings)), PostgreSqlJobStorage.Options);
        }
        else
        {
            configuration.UseInMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Guid });
        }
    }
}

/// <summary>
/// The only types that may come out of Hangfire's storage: whoever can write its tables must not choose what code runs.
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
