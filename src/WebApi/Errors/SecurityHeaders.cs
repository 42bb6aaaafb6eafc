using System.Globalization;
using Microsoft.AspNetCore.Components.Endpoints;

namespace ModelOps.WebApi.Errors;

/// <summary>The Content-Security-Policy of an endpoint that serves pages of a library.</summary>
internal sealed record ContentPolicy(Func<HttpContext, string> Create);

/// <summary>Sets the security headers of every response.</summary>
/// <remarks>
/// Pages may only run scripts from the service's own files and may only connect to the service. Inline styles are allowed, because the
/// component library and the bars' sizes need them. An answer that says nothing else isn't stored by any cache: most have data of patients
/// or users. Static files and a version's artifacts say how long they may be kept.
/// </remarks>
internal sealed class SecurityHeaders(RequestDelegate next, HttpSettings settings)
{
    public const string Page = Common + "script-src 'self'";

    /// <summary>Answers that aren't pages.</summary>
    private const string Data = "default-src 'none'; frame-ancestors 'none'";

    private const string Common =
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'; ";

    private readonly string? _transportSecurity = settings.HstsDays == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"max-age={(long)TimeSpan.FromDays(settings.HstsDays).TotalSeconds}");

    /// <summary>A page with one inline script, which has this response's nonce.</summary>
    public static string PageWith(string nonce) => $"{Common}script-src 'self' 'nonce-{nonce}'";

    public Task InvokeAsync(HttpContext context)
    {
        // Set the headers just before the response starts, because error handling clears headers that were set earlier.
        context.Response.OnStarting(static state =>
        {
            var (context, transportSecurity) = ((HttpContext, string?))state;
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            if (transportSecurity is not null && context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = transportSecurity;
            }

            if (headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = Policy(context);
            }

            return Task.CompletedTask;
        }, (context, _transportSecurity));
        return next(context);
    }

    private static string Policy(HttpContext context) => context.GetEndpoint()?.Metadata switch
    {
        { } metadata when metadata.GetMetadata<ContentPolicy>() is { } policy => policy.Create(context),
        { } metadata when metadata.GetMetadata<ComponentTypeMetadata>() is not null => Page,
        _ => Data,
    };
}
