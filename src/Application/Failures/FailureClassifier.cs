using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ModelOps.Application.Failures;

/// <summary>
/// Classifies exceptions caused by the environment (database away, disk full). It knows the exceptions of .NET and EF Core;
/// the meaning of a database provider's own error codes is passed in by Infrastructure's <c>EnvironmentFailures</c>.
/// </summary>
public static class FailureClassifier
{
    private const int LinuxIOError = 5;
    private const int LinuxPermissionDenied = 13;
    private const int LinuxNoSpace = 28;
    private const int LinuxReadOnly = 30;
    private const int LinuxQuotaExceeded = 122;

    /// <summary>The error number 28 as some libraries wrap it, in an HRESULT.</summary>
    private const int WrappedNoSpace = unchecked((int)0x8007001C);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>
    /// Returns the most specific kind in the chain of inner exceptions. A full disk has priority over an unavailable database, because it
    /// can cause one. Both have priority over unavailable storage.
    /// </summary>
    /// <param name="exception">The failure; EF Core wraps the cause.</param>
    /// <param name="ofProvider">Classifies one exception of a database provider, without its inner exceptions.</param>
    public static FailureKind Classify(Exception exception, Func<DbException, FailureKind>? ofProvider = null)
    {
        var kinds = Causes(exception).Select(cause => KindOf(cause, ofProvider)).ToHashSet();
        return Array.Find(
            [FailureKind.InsufficientStorage, FailureKind.DatabaseUnavailable, FailureKind.StorageUnavailable],
            kinds.Contains);
    }

    /// <summary>
    /// Whether the exception is any database failure other than a concurrency conflict. This is wider than <see
    /// cref="FailureKind.DatabaseUnavailable"/>: a job must record its end, so it retries the write after every database failure.
    /// </summary>
    public static bool IsDatabaseFailure(Exception exception) =>
        exception is (DbException or DbUpdateException or TimeoutException
            or RetryLimitExceededException) and not DbUpdateConcurrencyException
        || exception is InvalidOperationException { InnerException: DbException or TimeoutException };

    /// <summary>The exception and its inner exceptions, the outermost first.</summary>
    public static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static FailureKind KindOf(Exception cause, Func<DbException, FailureKind>? ofProvider) => cause switch
    {
        DbException database => ofProvider?.Invoke(database) ?? FailureKind.Other,
        UnauthorizedAccessException => FailureKind.StorageUnavailable,
        IOException { HResult: LinuxNoSpace or WrappedNoSpace or LinuxQuotaExceeded or WindowsDiskFull } => FailureKind.InsufficientStorage,

        // Some libraries drop the error number and keep only the message.
        IOException io when io.Message.Contains("No space left", StringComparison.Ordinal) => FailureKind.InsufficientStorage,
        IOException { HResult: LinuxIOError or LinuxPermissionDenied or LinuxReadOnly } => FailureKind.StorageUnavailable,
        _ => FailureKind.Other,
    };
}
