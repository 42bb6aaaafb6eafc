using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Operations;

/// <summary>
/// Limits of the web server. Kestrel's own limit of connections closes a connection without an answer. So connections are counted here,
/// and those beyond the operator's limit are answered with 503 and closed. Kestrel's limit, which is higher, bounds those.
/// </summary>
internal sealed class ConnectionLimits(RequestDelegate next)
{
    /// <summary>How many connections beyond the limit are answered at a time.</summary>
    private const int Refused = 200;

    private static readonly object Excess = new();

    private static readonly TimeSpan UploadGrace = TimeSpan.FromSeconds(10);

    /// <summary>A client that hasn't sent a request's headers by then is disconnected.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    private static readonly Problem TooManyConnections = new(StatusCodes.Status503ServiceUnavailable, "too_many_connections",
        $"The service has too many open connections. Try again shortly.");

    public static void Configure(KestrelServerOptions server, HttpSettings settings)
    {
        server.Limits.MaxConcurrentConnections = settings.MaxConnections + Refused;
        server.Limits.MinRequestBodyDataRate = new MinDataRate(settings.MinUploadBytesPerSecond, UploadGrace);
        server.Limits.RequestHeadersTimeout = HeadersTimeout;
        var open = 0;
        server.ConfigureEndpointDefaults(endpoint => endpoint.Use(serve => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref open) > settings.MaxConnections)
                {
                    connection.Items[Excess] = true;
                }

                await serve(connection);
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        }));
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Excess) != true)
        {
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        return TooManyConnections.WriteAsync(context);
    }
}
