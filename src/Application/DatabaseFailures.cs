using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ModelOps.Application;

internal static class DatabaseFailures
{
    /// <summary>Whether the database failed, and not the caller: waiting and trying again helps.</summary>
    public static bool Are(Exception exception) =>
        exception is (DbException or DbUpdateException or TimeoutException or RetryLimitExceededException) and not DbUpdateConcurrencyException
        || exception is InvalidOperationException { InnerException: DbException or TimeoutException };
}
