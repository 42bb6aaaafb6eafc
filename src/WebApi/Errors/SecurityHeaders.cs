using Microsoft.AspNetCore.Components.Endpoints;

namespace ModelOps.WebApi.Errors;

/// <summary>Sets the security headers of every response.</summary>
/// <remarks>
/// Pages may only run scripts from the service's own files and may only connect to the service. Inline styles are allowed, because the
/// component library and the bars' sizes need them.
/// </remarks>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    public const string Page =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // Set the headers just before the response starts, because error handling clears headers that were set earlier.
        context.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy =
                    context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is null ? "frame-ancestors 'none'" : Page;
            }

            return Task.CompletedTask;
        }, context);
        return next(context);
    }
}
