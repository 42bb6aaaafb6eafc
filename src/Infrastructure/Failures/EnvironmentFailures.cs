using System.Data.Common;
using Microsoft.Data.Sqlite;
using ModelOps.Application.Failures;
using Npgsql;
using SQLitePCL;

namespace ModelOps.Infrastructure.Failures;

/// <summary>Classifies failures of the environment by the error codes of the system and of both database providers.</summary>
internal sealed class EnvironmentFailures : IFailureClassifier
{
    FailureKind IFailureClassifier.Classify(Exception exception) => Classify(exception);

    public static FailureKind Classify(Exception exception) => FailureClassifier.Classify(exception, OfProvider);

    /// <summary>Classifies one exception of a database provider, without its inner exceptions.</summary>
    internal static FailureKind OfProvider(DbException exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => FailureKind.InsufficientStorage,
        PostgresException postgres => IsAway(postgres) ? FailureKind.DatabaseUnavailable : FailureKind.Other,
        NpgsqlException => FailureKind.DatabaseUnavailable,
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } => FailureKind.InsufficientStorage,
        SqliteException
        {
            SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR or raw.SQLITE_READONLY,
        } => FailureKind.DatabaseUnavailable,
        _ => FailureKind.Other,
    };

    private static bool IsAway(PostgresException exception) => exception switch
    {
        // The server could not start a session or ended it. With a full disk the message is "could not write init file".
        { SqlState: PostgresErrorCodes.InternalError, InvariantSeverity: "FATAL" or "PANIC" } => true,
        _ => exception.IsTransient || exception.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction,
    };
}
