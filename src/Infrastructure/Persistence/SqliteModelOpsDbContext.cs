using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ModelOps.Infrastructure.Persistence;

internal sealed class SqliteModelOpsDbContext(DbContextOptions<SqliteModelOpsDbContext> options, TimeProvider time)
    : ModelOpsDbContext(options)
{
    /// <summary>An embedded database lives in one process, whose clock is everybody's.</summary>
    public override Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) => Task.FromResult(time.GetUtcNow().UtcDateTime);

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY };

    public override bool IsForeignKeyViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_FOREIGNKEY or raw.SQLITE_CONSTRAINT_TRIGGER };

    /// <summary>There are no others.</summary>
    public override Task AnnounceActivationAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The lock on the data directory keeps other processes away.</summary>
    public override Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable>(Stream.Null);

    protected override DbConnection NewConnection() => new SqliteConnection(Database.GetConnectionString());

    public override bool IsAway(Exception exception) => false;

    public override StartupException? RefusalOf(Exception exception) => null;
}
