namespace ModelOps.WebApi.Errors;

internal static class HangUps
{
    /// <summary>Whether the client closed the connection. This isn't an error of the service, and nobody reads the response.</summary>
    public static bool IsHangUp(Exception exception, HttpContext context) =>
        context.RequestAborted.IsCancellationRequested
        && Application.Failures.FailureClassifier.Causes(exception)
            .Any(cause => cause is OperationCanceledException or IOException or BadHttpRequestException);
}
