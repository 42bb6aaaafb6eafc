using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Infrastructure.Identity;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Startup;

/// <summary>
/// Prepares the database: its schema, the job storage's schema, the installation's row, the first administrator and the Data Protection
/// keys. The schema lock ensures that only one process prepares at a time, however many start at the same moment.
/// </summary>
internal sealed class DatabasePreparation(
    InfrastructureSettings settings, IServiceScopeFactory scopes, PostgreSqlJobStorage jobs, IKeyManager keys, TimeProvider time)
{
    /// <summary>The default key lifetime of ASP.NET Core Data Protection.</summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(90);

    /// <exception cref="StartupException">The operator must change something before the service can start.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => TellingAsync(async (db, services) =>
    {
        await using var exclusive = await db.LockSchemaAsync(cancellationToken);
        var initializer = services.GetRequiredService<DatabaseInitializer>();
        await initializer.MigrateAsync(cancellationToken);
        if (settings.UsesPostgreSql)
        {
            await jobs.PrepareAsync(cancellationToken);
        }

        await initializer.AddInstallationAsync(cancellationToken);
        await services.GetRequiredService<StoredKeys>().ProtectAsync(cancellationToken);
        await services.GetRequiredService<AdministratorSeeder>().SeedAsync(cancellationToken);
        if (keys.GetAllKeys().Count == 0)
        {
            keys.CreateNewKey(time.GetUtcNow(), time.GetUtcNow() + KeyLifetime);
        }
    });

    /// <summary>Checks that the database is prepared. Changes nothing but keys that are stored in clear.</summary>
    /// <exception cref="StartupException">The database is not prepared.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) => TellingAsync(async (_, services) =>
    {
        if (!await services.GetRequiredService<DatabaseInitializer>().IsPreparedAsync(cancellationToken)
            || (settings.UsesPostgreSql && !await jobs.IsPreparedAsync(cancellationToken)))
        {
            throw new StartupException(
                "The database isn't prepared for this version of ModelOps. Run the command migrate, then try again"
                + (settings.MigrateAtStart ? ", or start the service once." : ": ModelOps__MigrateAtStart is false."));
        }

        await services.GetRequiredService<StoredKeys>().ProtectAsync(cancellationToken);
    });

    /// <summary>Whether the exception means that the database is temporarily unavailable, so that a retry can succeed.</summary>
    public async Task<bool> IsAwayAsync(Exception exception)
    {
        await using var scope = scopes.CreateAsyncScope();
        return scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>().IsAway(exception);
    }

    private async Task TellingAsync(Func<ModelOpsDbContext, IServiceProvider, Task> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>();
        try
        {
            await work(db, scope.ServiceProvider);
        }
        catch (Exception exception) when (db.RefusalOf(exception) is { } refusal)
        {
            throw refusal;
        }
    }
}
