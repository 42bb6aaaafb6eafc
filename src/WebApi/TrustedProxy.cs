using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ModelOps.WebApi;

/// <summary>
/// Behind a proxy every request comes from the same address and without TLS. What the proxy says of the client (<c>X-Forwarded-For</c>,
/// <c>X-Forwarded-Proto</c>) decides then whose sign-in attempts are counted together, and that the session's cookie asks for TLS.
/// </summary>
internal static class TrustedProxy
{
    /// <param name="proxy">Addresses of the proxy in front of the service; nobody else is believed. Null: nobody at all.</param>
    public static IServiceCollection AddTrustedProxy(this IServiceCollection services, IPNetwork? proxy) =>
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            // The framework believes this machine where nothing is said.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
            if (proxy is { } network)
            {
                forwarded.KnownIPNetworks.Add(network);
                forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            }
        });
}
