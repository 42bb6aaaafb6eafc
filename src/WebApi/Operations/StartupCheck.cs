using ModelOps.Application.Abstractions;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Operations;

/// <summary>Until startup completes, answers every request with 503, except for health checks.</summary>
internal sealed class StartupCheck(RequestDelegate next, IStartupState startup)
{
    private static readonly Problem Starting = new(
        StatusCodes.Status503ServiceUnavailable, "starting", $"The service is starting and waits for its database. Try again shortly.");

    public Task InvokeAsync(HttpContext context) =>
        startup.IsOver || WatchedPaths.Include(context) ? next(context) : Starting.WriteAsync(context);
}
