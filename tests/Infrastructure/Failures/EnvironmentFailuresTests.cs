using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Failures;
using ModelOps.Infrastructure.Failures;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Persistence;
using Npgsql;

namespace ModelOps.Infrastructure.Tests.Failures;

public sealed class EnvironmentFailuresTests
{
    /// <summary>Name, exception, its kind, and whether a start on PostgreSQL waits for it to pass.</summary>
    public static TheoryData<string, Exception, FailureKind, bool> Shapes => new()
    {
        { "ENOSPC", new IOException("", 28), FailureKind.InsufficientStorage, false },
        { "EDQUOT", new IOException("", 122), FailureKind.InsufficientStorage, false },
        { "ENOSPC in an HRESULT", new IOException("", unchecked((int)0x8007001C)), FailureKind.InsufficientStorage, false },
        { "ERROR_DISK_FULL", new IOException("", unchecked((int)0x80070070)), FailureKind.InsufficientStorage, false },
        { "full by its message alone", new IOException("No space left on device"), FailureKind.InsufficientStorage, false },
        { "EIO", new IOException("", 5), FailureKind.StorageUnavailable, false },
        { "EACCES", new IOException("", 13), FailureKind.StorageUnavailable, false },
        { "EROFS", new IOException("", 30), FailureKind.StorageUnavailable, false },
        { "no permission", new UnauthorizedAccessException(), FailureKind.StorageUnavailable, false },
        { "another input/output error", new IOException("", 2), FailureKind.Other, false },
        { "a defect", new InvalidOperationException(), FailureKind.Other, false },
        { "SQLITE_FULL", new SqliteException("", 13), FailureKind.InsufficientStorage, false },
        { "SQLITE_BUSY", new SqliteException("", 5), FailureKind.DatabaseUnavailable, false },
        { "SQLITE_LOCKED", new SqliteException("", 6), FailureKind.DatabaseUnavailable, false },
        { "SQLITE_READONLY", new SqliteException("", 8), FailureKind.DatabaseUnavailable, false },
        { "SQLITE_IOERR", new SqliteException("", 10), FailureKind.DatabaseUnavailable, false },
        { "SQLITE_CANTOPEN", new SqliteException("", 14), FailureKind.DatabaseUnavailable, false },
        { "SQLITE_CONSTRAINT", new SqliteException("", 19), FailureKind.Other, false },
        { "53100 disk_full", Postgres("53100"), FailureKind.InsufficientStorage, true },
        { "53300 too_many_connections", Postgres("53300"), FailureKind.DatabaseUnavailable, true },
        { "57P01 admin_shutdown", Postgres("57P01"), FailureKind.DatabaseUnavailable, true },
        { "57P02 crash_shutdown", Postgres("57P02"), FailureKind.DatabaseUnavailable, true },
        { "57P03 cannot_connect_now", Postgres("57P03"), FailureKind.DatabaseUnavailable, true },
        { "25006 read_only_sql_transaction", Postgres("25006"), FailureKind.DatabaseUnavailable, true },
        { "40001 serialization_failure", Postgres("40001"), FailureKind.DatabaseUnavailable, true },
        { "XX000 that ended the session", Postgres("XX000", "FATAL"), FailureKind.DatabaseUnavailable, true },
        { "XX000 that ended the server", Postgres("XX000", "PANIC"), FailureKind.DatabaseUnavailable, true },
        { "XX000 of one statement", Postgres("XX000"), FailureKind.Other, false },
        { "23505 unique_violation", Postgres("23505"), FailureKind.Other, false },
        { "no connection", new NpgsqlException("", new SocketException(111)), FailureKind.DatabaseUnavailable, true },
        { "an unknown commit", new CommitUnknownException(new NpgsqlException()), FailureKind.DatabaseUnavailable, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Classify_OfAShapeAloneAndWrapped_GivesItsKind(string name, Exception exception, FailureKind kind, bool waits)
    {
        Exception wrapped = new InvalidOperationException("wrapped", new DbUpdateException("wrapped", exception));

        Assert.Equal((name, kind, kind), (name, EnvironmentFailures.Classify(exception), EnvironmentFailures.Classify(wrapped)));
        Assert.Equal((name, waits, waits), (name, PostgreSql.IsAway(exception), PostgreSql.IsAway(wrapped)));
    }

    [Fact]
    public void Classify_WhenAnUnavailableDatabaseHidesAFullDisk_SaysTheDiskIsFull()
    {
        Assert.Equal(FailureKind.InsufficientStorage, EnvironmentFailures.Classify(new NpgsqlException("", new IOException("", 28))));
        Assert.Equal(FailureKind.DatabaseUnavailable, EnvironmentFailures.Classify(new NpgsqlException("", new IOException("", 5))));
    }

    [Theory]
    [InlineData(28, true)]
    [InlineData(122, true)]
    [InlineData(5, false)]
    public void IsDiskFull_OfFilesWritten_AgreesWithTheClassifier(int error, bool full) =>
        Assert.Equal(full, DurableFiles.IsDiskFull(new IOException("", error)));

    private static PostgresException Postgres(string sqlState, string severity = "ERROR") => new("", severity, severity, sqlState);
}
