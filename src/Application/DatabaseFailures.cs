using ModelOps.Application.Failures;

namespace ModelOps.Application;

internal static class DatabaseFailures
{
    /// <inheritdoc cref="FailureClassifier.IsDatabaseFailure"/>
    public static bool Are(Exception exception) => FailureClassifier.IsDatabaseFailure(exception);
}
