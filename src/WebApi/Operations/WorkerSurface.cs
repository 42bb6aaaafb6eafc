using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Operations;

/// <summary>Restricts a worker process to the monitoring paths.</summary>
internal sealed class WorkerSurface(RequestDelegate next)
{
    private static readonly Problem NotHere = new(
        StatusCodes.Status404NotFound, "not_served_here", $"This process only trains. Ask one whose role is Api or All.");

    public Task InvokeAsync(HttpContext context) => WatchedPaths.Include(context) ? next(context) : NotHere.WriteAsync(context);
}
