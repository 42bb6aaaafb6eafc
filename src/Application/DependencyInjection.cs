using System.Reflection;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Behaviors;
using ModelOps.Application.Datasets;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Application.Turns;
using ModelOps.Application.Versions;

namespace ModelOps.Application;

public static class DependencyInjection
{
    /// <summary>Registers the use cases, their validators and the pipeline behaviors.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services) => services
        .AddMediator()
        .AddHandlers(typeof(DependencyInjection).Assembly)
        .AddValidators(typeof(DependencyInjection).Assembly)
        .AddScoped<TrainingData>()
        .AddScoped<KnownRowsCounter>()
        .AddScoped<DatasetProfiles>()
        .AddScoped<StagedImport>()
        .AddScoped<VersionPublisher>()
        .AddScoped<ActivePointerWriter>()
        .AddScoped<VersionComparer>()
        .AddSingleton<ActivePointerFile>()
        .AddSingleton<PredictionLog>()
        .AddSingleton<PredictionReferences>()
        .AddSingleton<TurnLines>()
        .AddSingleton<AttemptLog>()
        .AddSingleton<TrendPoints>()
        .AddSingleton<JobWatcher>();

    private static IServiceCollection AddMediator(this IServiceCollection services)
    {
        // Both hold nothing but the scope that they come from.
        services.AddTransient<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddTransient<IMediator, Mediator>();

        // Logging is the outermost behavior, so that validation failures are logged too.
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(LoggingBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(TurnBehavior<,>));
        return services;
    }

    private static IServiceCollection AddHandlers(this IServiceCollection services, Assembly assembly)
    {
        foreach (var (service, type) in Implementations(assembly, typeof(IRequestHandler<,>)))
        {
            services.AddTransient(service, type);
        }

        return services;
    }

    private static IServiceCollection AddValidators(this IServiceCollection services, Assembly assembly)
    {
        ValidatorOptions.Global.LanguageManager = new PlainMessages();
        ValidatorOptions.Global.MessageFormatterFactory = () => new PlainMessageFormatter();
        ValidatorOptions.Global.DisplayNameResolver = (_, member, _) => member is null ? null : WireNames.Of(member.Name);
        foreach (var (service, type) in Implementations(assembly, typeof(IValidator<>)))
        {
            // Building a validator's rules takes many times as long as running them. The few that ask for the user are built each time.
            services.Add(new ServiceDescriptor(
                service, type, type.GetConstructor([]) is null ? ServiceLifetime.Transient : ServiceLifetime.Singleton));
        }

        return services;
    }

    private static IEnumerable<(Type Service, Type Implementation)> Implementations(Assembly assembly, Type open) =>
        from type in assembly.GetTypes()
        where type is { IsAbstract: false, IsGenericTypeDefinition: false }
        from service in type.GetInterfaces()
        where service.IsGenericType && service.GetGenericTypeDefinition() == open
        select (service, type);
}
