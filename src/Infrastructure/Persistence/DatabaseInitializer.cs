using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Data;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Migrates the database to this build's schema and creates the installation's row, which never changes. The caller holds the schema
/// lock, so that only one process at a time runs this.
/// </summary>
internal sealed class DatabaseInitializer(ModelOpsDbContext db)
{
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // Checked first, so that a database user without DDL rights can start on a database that is up to date.
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await db.Database.MigrateAsync(cancellationToken);
        }

        if (db.Database.IsSqlite())
        {
            // Write-ahead logging lets readers run during a write. The database file stores the mode.
            // SQLite's default synchronous=FULL calls fsync at each commit.
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

    /// <summary>Whether all migrations are applied and the installation's row exists.</summary>
    public async Task<bool> IsPreparedAsync(CancellationToken cancellationToken) =>
        !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any()
        && await db.Installations.AnyAsync(cancellationToken);
}
