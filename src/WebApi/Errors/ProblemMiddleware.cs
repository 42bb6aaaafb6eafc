using ModelOps.Application.Failures;

namespace ModelOps.WebApi.Errors;

/// <summary>
/// Writes a body for every error, a page or a problem in JSON: for exceptions by <see cref="ProblemTable"/>, and for responses that the
/// framework ends without a body (401, 403, 404, 405, 415). It replaces UseExceptionHandler and UseStatusCodePages, so that each failure
/// is logged once and the headers of bodiless responses (WWW-Authenticate, Allow) are kept.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, IFailureClassifier failures, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (HangUps.IsHangUp(exception, context))
        {
            HungUp(logger);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return;
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, exception);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 })
        {
            await Problem.OfStatus(context.Response.StatusCode, context).WriteAsync(context);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        using var trace = ProblemTrace.Begin(context);
        var problem = ProblemTable.Of(exception, failures);
        if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            Unexpected(logger, exception);
        }
        else if (problem.Status >= 500 && exception is not Domain.RefusalException)
        {
            Surroundings(logger, problem.Code, exception);
        }

        if (context.Response.HasStarted)
        {
            // The response has started. Abort the connection, so that the client doesn't take a truncated response for a complete one.
            context.Abort();
            return;
        }

        context.Response.Clear();
        await problem.WriteAsync(context);
    }

    [LoggerMessage(LogLevel.Debug, "The client hung up.")]
    private static partial void HungUp(ILogger logger);

    [LoggerMessage(LogLevel.Error, "A request failed unexpectedly.")]
    private static partial void Unexpected(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "A request failed: {Code}.")]
    private static partial void Surroundings(ILogger logger, string code, Exception exception);
}
