using Microsoft.EntityFrameworkCore;
using ModelOps.Domain;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Brings the database to this build's schema and makes what an installation decides once.</summary>
internal sealed class DatabaseInitializer(ModelOpsDbContext db)
{
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await db.Database.MigrateAsync(cancellationToken);
        if (db.Database.IsSqlite())
        {
            // Write-ahead logging lets readers go on while one writes; it is a property of the file and stays. FULL syncs each commit.
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancellationToken);
        }

        if (!await db.Installations.AnyAsync(cancellationToken))
        {
            db.Installations.Add(Installation.Create(SplitKey.Generate()));
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
