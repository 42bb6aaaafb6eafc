namespace ModelOps.WebApi.Operations;

/// <summary>
/// Lets a proxy show the service under a path of its site. The path is taken off a request's address and remembered, so that every
/// address that the service writes begins with it. A request without it, from a proxy that takes it off itself or from a health check,
/// is answered in the same way.
/// </summary>
internal sealed class BasePath(RequestDelegate next, HttpSettings settings)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (settings.PathBase.HasValue)
        {
            request.PathBase = settings.PathBase;
            if (request.Path.StartsWithSegments(settings.PathBase, StringComparison.Ordinal, out var rest))
            {
                // Relative addresses of the overview would start beside the service.
                if (!rest.HasValue && HttpMethods.IsGet(request.Method))
                {
                    context.Response.Redirect(settings.PathBase.Add("/") + request.QueryString);
                    return Task.CompletedTask;
                }

                request.Path = rest.HasValue ? rest : "/";
            }
        }

        return next(context);
    }
}
