using ModelOps.Application.Failures;
using ModelOps.Domain;

namespace ModelOps.WebApi.Errors;

/// <summary>Maps exceptions to error responses.</summary>
internal static class ProblemTable
{
    public static Problem Of(Exception exception, IFailureClassifier failures) => exception switch
    {
        RefusalException refusal => new Problem(Status(refusal.Kind), refusal.Code, refusal.Detail, refusal.Errors),
        BadHttpRequestException { StatusCode: 408 or 413 or 415 } refused => Problem.OfStatus(refused.StatusCode),
        BadHttpRequestException => new Problem(400, "bad_request", $"The request arrived broken or incomplete."),
        _ => OfEnvironment(failures.Classify(exception)),
    };

    private static Problem OfEnvironment(FailureKind kind) => kind switch
    {
        FailureKind.InsufficientStorage => new Problem(507, StorageRefusals.FullCode, StorageRefusals.Full().Detail),
        FailureKind.DatabaseUnavailable => new Problem(
            503, "database_unavailable", $"The database can't be reached at the moment. Try again shortly."),
        FailureKind.StorageUnavailable => new Problem(
            503, "storage_unavailable", $"The server's storage can't be used at the moment. Ask the operator, then try again."),
        _ => Problem.Internal,
    };

    private static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => 400,
        RefusalKind.Unauthenticated => 401,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.TooLarge => 413,
        RefusalKind.Unprocessable => 422,
        RefusalKind.TooBusy => 429,
        RefusalKind.InsufficientStorage => 507,
        RefusalKind.Unavailable => 503,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
