using Microsoft.Net.Http.Headers;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Refuses WebSockets, and the dashboard's connection by other transports, that a page of another site opens. Browsers attach the session
/// cookie to a WebSocket's request whatever page opens it, and neither CORS nor an antiforgery token protects it. Browsers always send
/// <c>Origin</c> with it; other programs need not.
/// </summary>
/// <remarks>
/// The host and port are compared and not the scheme, because the service doesn't know the browser's scheme behind a proxy that it wasn't
/// told to trust.
/// </remarks>
internal sealed class OriginCheck(RequestDelegate next, HttpSettings settings)
{
    private static readonly PathString Dashboard = "/_blazor";

    private static readonly Problem Foreign = new(StatusCodes.Status403Forbidden, "origin_not_allowed",
        $"Only this service's own pages may open this connection. The operator can allow other sites.");

    public Task InvokeAsync(HttpContext context) =>
        IsConnection(context) && context.Request.Headers.Origin is { Count: > 0 } origin && !IsAllowed(origin.ToString(), context.Request)
            ? Foreign.WriteAsync(context)
            : next(context);

    /// <summary>A WebSocket of HTTP/1.1 (an upgrade), one of HTTP/2 (an extended CONNECT), or any request of a dashboard's page.</summary>
    private static bool IsConnection(HttpContext context) =>
        context.Request.Headers.ContainsKey(HeaderNames.Upgrade)
        || HttpMethods.IsConnect(context.Request.Method)
        || context.Request.Path.StartsWithSegments(Dashboard);

    private bool IsAllowed(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && (uri.Authority.Equals(Authority(request, uri.Scheme), StringComparison.OrdinalIgnoreCase)
            || settings.Origins.Contains(uri.GetLeftPart(UriPartial.Authority), StringComparer.OrdinalIgnoreCase));

    /// <summary>The host that the browser asked, without the scheme's own port, which an origin doesn't name either.</summary>
    private static string? Authority(HttpRequest request, string scheme) =>
        Uri.TryCreate($"{scheme}://{request.Host.Value}", UriKind.Absolute, out var uri) ? uri.Authority : null;
}
