using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ModelOps.Infrastructure.Persistence;

internal sealed class SqliteModelOpsDbContext(DbContextOptions<SqliteModelOpsDbContext> options, TimeProvider time)
    : ModelOpsDbContext(options)
{
    /// <summary>The time of this process's clock. An embedded database is used by one process only.</summary>
    public override Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) => Task.FromResult(time.GetUtcNow().UtcDateTime);

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE
            or raw.SQLITE_CONSTRAINT_PRIMARYKEY };

    public override bool IsForeignKeyViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_FOREIGNKEY
            or raw.SQLITE_CONSTRAINT_TRIGGER };

    /// <summary>Does nothing, because no other process uses an embedded database.</summary>
    public override Task AnnounceActivationAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does nothing: the lock on the data directory already excludes other processes.</summary>
    public override Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable>(Stream.Null);

    protected override DbConnection NewConnection() => new SqliteConnection(Database.GetConnectionString());

    public override bool IsAway(Exception exception) => false;

    public override StartupException? RefusalOf(Exception exception) => null;
}
