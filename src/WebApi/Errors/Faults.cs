using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace ModelOps.WebApi.Errors;

/// <summary>Which failures are the surroundings' and pass, wherever in the chain of causes they hide (EF wraps them).</summary>
internal static class Faults
{
    private const int LinuxIOError = 5;
    private const int LinuxPermissionDenied = 13;
    private const int LinuxReadOnly = 30;
    private const int LinuxNoSpace = 28;
    private const int LinuxQuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static bool IsDatabaseUnavailable(Exception exception) => Causes(exception).Any(cause => cause switch
    {
        // It could not begin a session, or had to end it: with its disk full, "could not write init file".
        PostgresException { SqlState: PostgresErrorCodes.InternalError, InvariantSeverity: "FATAL" or "PANIC" } => true,
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException => true,
        SqliteException sqlite => sqlite.SqliteErrorCode is
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR or raw.SQLITE_READONLY,
        _ => false,
    });

    public static bool IsDiskFull(Exception exception) => Causes(exception).Any(cause => cause switch
    {
        IOException io => io.HResult is LinuxNoSpace or LinuxQuotaExceeded or WindowsDiskFull,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => true,
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } => true,
        _ => false,
    });

    /// <summary>The data directory lost its permissions, or its file system became read-only or failed.</summary>
    public static bool IsStorageUnavailable(Exception exception) => Causes(exception).Any(cause => cause switch
    {
        UnauthorizedAccessException => true,
        IOException io => io.HResult is LinuxIOError or LinuxPermissionDenied or LinuxReadOnly,
        _ => false,
    });

    /// <summary>The client hung up; there is nobody to answer, and nothing of ours is broken.</summary>
    public static bool IsHangUp(Exception exception, HttpContext context) =>
        context.RequestAborted.IsCancellationRequested
        && Causes(exception).Any(cause => cause is OperationCanceledException or IOException or BadHttpRequestException);

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
