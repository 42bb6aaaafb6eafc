using Microsoft.AspNetCore.Components.Endpoints;
using ModelOps.Application;

namespace ModelOps.WebApi.Errors;

/// <summary>What every answer tells a browser not to do.</summary>
/// <remarks>
/// A page of ours runs no script but the service's own files, and speaks to nobody else. Styles may stand in the page: the component
/// library writes them there, and sizes of bars are made so.
/// </remarks>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    public const string Page =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // At the last moment, because an error clears the headers that were set before.
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
