using Hangfire;
using Hangfire.InMemory;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Jobs;

internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddHangfire(configuration => configuration
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseTypeResolver(AllowedTypes.Resolve)
            .UseInMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Guid }));
        services.AddSingleton<ITrainingQueue, TrainingQueue>();
        services.AddScoped<TrainingJobRunner>();
        services.AddHostedService<TrainingServer>();
        services.AddHostedService<Reconciler>();
        return services;
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
