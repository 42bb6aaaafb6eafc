using ModelOps.Application.Failures;

namespace ModelOps.WebApi.Errors;

internal static class HangUps
{
    /// <summary>Whether the client closed the connection: nobody reads an answer, and the service did nothing wrong.</summary>
    public static bool IsHangUp(Exception exception, HttpContext context) =>
        context.RequestAborted.IsCancellationRequested
        && Application.Failures.FailureClassifier.Causes(exception)
            .Any(cause => cause is OperationCanceledException or IOException or BadHttpRequestException);
}
