using MediatR;
using Microsoft.Extensions.Logging;
using ModelOps.Domain;

namespace ModelOps.Application.Behaviors;

/// <summary>
/// Logs the name, duration and outcome of each use case. Requests and responses are never logged, because they contain patients' values
/// and passwords. Successes are logged at Debug level, because predictions and polls are frequent.
/// </summary>
internal sealed class LoggingBehavior<TRequest, TResponse>(ILogger<LoggingBehavior<TRequest, TResponse>> logger, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var started = time.GetTimestamp();
        try
        {
            var response = await next();
            Log(LogLevel.Debug, started, "succeeded");
            return response;
        }
        catch (RefusalException refusal)
        {
            Log(LogLevel.Information, started, refusal.Code);
            throw;
        }
        catch (OperationCanceledException)
        {
            Log(LogLevel.Debug, started, "cancelled");
            throw;
        }
        catch (Exception failure)
        {
            // Log only the exception's type: the code that maps the exception to a response logs the whole exception once.
            Log(LogLevel.Warning, started, failure.GetType().Name);
            throw;
        }
    }

    private void Log(LogLevel level, long started, string outcome)
    {
        if (logger.IsEnabled(level))
        {
            logger.Log(
                level, "{UseCase} took {Milliseconds:0.0} ms: {Outcome}",
                typeof(TRequest).Name, time.GetElapsedTime(started).TotalMilliseconds, outcome);
        }
    }
}
