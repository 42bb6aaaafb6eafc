using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Infrastructure.Identity;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Startup;

/// <summary>
/// Schema, job storage's schema, installation, first administrator and the keys that protect tokens: all of it once, however many
/// processes start at the same moment.
/// </summary>
internal sealed class DatabasePreparation(
    InfrastructureSettings settings, IServiceScopeFactory scopes, PostgreSqlJobStorage jobs, IKeyManager keys, TimeProvider time)
{
    /// <summary>As Data Protection itself makes them.</summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(90);

    /// <exception cref="StartupException">The operator has to change something first.</exception>
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
        await services.GetRequiredService<AdministratorSeeder>().SeedAsync(cancellationToken);
        if (keys.GetAllKeys().Count == 0)
        {
            keys.CreateNewKey(time.GetUtcNow(), time.GetUtcNow() + KeyLifetime);
        }
    });

    /// <summary>Changes nothing.</summary>
    /// <exception cref="StartupException">Something is missing.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) => TellingAsync(async (_, services) =>
    {
        if (!await services.GetRequiredService<DatabaseInitializer>().IsPreparedAsync(cancellationToken)
            || (settings.UsesPostgreSql && !await jobs.IsPreparedAsync(cancellationToken)))
        {
            throw new StartupException(
                "The database isn't prepared for this version of ModelOps, and ModelOps__MigrateAtStart is false. "
                + "Run the command migrate, then start again.");
        }
    });

    /// <summary>Whether waiting for the database helps.</summary>
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
