using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Registers the database context of the configured provider, SQLite or PostgreSQL.</summary>
internal static class PersistenceServices
{
    public static IServiceCollection AddPersistence(this IServiceCollection services, InfrastructureSettings settings)
    {
        if (settings.UsesPostgreSql)
        {
            var connectionString = PostgreSql.ConnectionString(settings);
            services.AddDbContext<NpgsqlModelOpsDbContext>((provider, options) => options
                .UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure(3, TimeSpan.FromSeconds(2), null))
                .ConfigureWarnings(LogWhereHandled)
                .AddInterceptors(provider.GetServices<IInterceptor>()), optionsLifetime: ServiceLifetime.Singleton);
            services.AddScoped<ModelOpsDbContext>(provider => provider.GetRequiredService<NpgsqlModelOpsDbContext>());
        }
        else
        {
            services.AddSingleton(provider => new SqliteWriteGate(
                provider.GetRequiredService<DataDirectory>().Reserve, SqliteWriteGate.DefaultPatience));
            services.AddSingleton<IInterceptor, SqliteWriteInterceptor>();
            services.AddDbContext<SqliteModelOpsDbContext>((provider, options) => options
                .UseSqlite(SqliteConnectionString(provider.GetRequiredService<DataDirectory>().Database))
                .ConfigureWarnings(LogWhereHandled)
                .AddInterceptors(provider.GetServices<IInterceptor>()), optionsLifetime: ServiceLifetime.Singleton);
            services.AddScoped<ModelOpsDbContext>(provider => provider.GetRequiredService<SqliteModelOpsDbContext>());
        }

        services.AddScoped<IModelOpsDbContext>(provider => provider.GetRequiredService<ModelOpsDbContext>());
        services.AddScoped<IDataProtectionKeyContext>(provider => provider.GetRequiredService<ModelOpsDbContext>());
        services.AddScoped<DatabaseInitializer>();
        return services;
    }

    public static string SqliteConnectionString(string file) => new SqliteConnectionStringBuilder
    {
        DataSource = file,
        ForeignKeys = true,
        DefaultTimeout = 30,
    }.ToString();

    /// <summary>
    /// A failed command or save throws, and whoever handles the exception decides about the log. EF Core would log it as an error with a
    /// stack trace first, even where it is expected: of twenty equal requests with one idempotency key, nineteen fail to insert it.
    /// </summary>
    private static void LogWhereHandled(WarningsConfigurationBuilder warnings) => warnings.Log(
        (RelationalEventId.CommandError, LogLevel.Debug),
        (RelationalEventId.BatchExecutorFailedToRollbackToSavepoint, LogLevel.Debug),
        (CoreEventId.SaveChangesFailed, LogLevel.Debug));
}
