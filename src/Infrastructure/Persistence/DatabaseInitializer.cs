using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Data;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Brings the database to this build's schema and makes what an installation decides once. One process at a time calls it.
/// </summary>
internal sealed class DatabaseInitializer(ModelOpsDbContext db)
{
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // Asked first, so that a user who may not alter the schema can start on one that is up to date.
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await db.Database.MigrateAsync(cancellationToken);
        }

        if (db.Database.IsSqlite())
        {
            // Write-ahead logging lets readers go on while one writes; it is a property of the file and stays. FULL syncs each commit.
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancellationToken);
        }
    }

    public async Task AddInstallationAsync(CancellationToken cancellationToken)
    {
        if (!await db.Installations.AnyAsync(cancellationToken))
        {
            db.Installations.Add(Installation.Create(SplitKey.Generate()));
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Whether the schema is this build's and the installation was made.</summary>
    public async Task<bool> IsPreparedAsync(CancellationToken cancellationToken) =>
        !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any()
        && await db.Installations.AnyAsync(cancellationToken);
}
