using MediatR;
using Microsoft.Extensions.Logging;
using ModelOps.Domain;

namespace ModelOps.Application.Behaviors;

/// <summary>
/// Logs each use case: its name, how long it took and how it ended. Never the request or the answer: these hold
/// patients' values and passwords. Predictions and polls succeed thousands of times, hence Debug for a success.
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
            // The type alone: whoever turns the exception into an answer logs it whole, once.
            Log(LogLevel.Warning, started, failure.GetType().Name);
            throw;
        }
    }

    private void Log(LogLevel level, long started, string outcome) => logger.Log(
        level, "{UseCase} took {Milliseconds:0.0} ms: {Outcome}",
        typeof(TRequest).Name, time.GetElapsedTime(started).TotalMilliseconds, outcome);
}
