using System.Net;

namespace ModelOps.Client;

/// <summary>The service, or a proxy before it, refused a request. The message is the problem's sentence for people.</summary>
public sealed class ModelOpsException(HttpStatusCode status, Problem? problem, TimeSpan? retryAfter)
    : Exception(problem?.Detail ?? $"The answer has the status {(int)status} and no problem that the service describes.")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Null where a proxy answered.</summary>
    public Problem? Problem { get; } = problem;

    /// <summary>The problem's code, such as <c>version_not_found</c>; stable across releases.</summary>
    public string? Code => Problem?.Code;

    /// <summary>When to try again, where the answer says so.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
