using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace ModelOps.WebApi;

/// <summary>
/// Reads the client's address, scheme and host from a reverse proxy's headers (<c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c>,
/// <c>X-Forwarded-Host</c>). The address is used to limit sign-in attempts; the scheme decides whether the session cookie is Secure; scheme
/// and host are the address to which the hospital's sign-in returns.
/// </summary>
internal static class TrustedProxy
{
    /// <param name="proxy">Trusted addresses of the proxy in front of the service; null to trust no proxy.</param>
    public static IServiceCollection AddTrustedProxy(this IServiceCollection services, IPNetwork? proxy) =>
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            // Clear the framework's default, which trusts the loopback addresses.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
            if (proxy is { } network)
            {
                forwarded.KnownIPNetworks.Add(network);
                forwarded.ForwardedHeaders =
                    ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            }
        });

    /// <summary>Reads the headers of a trusted proxy; does nothing without one.</summary>
    public static void UseTrustedProxy(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.ForwardedHeaders != ForwardedHeaders.None)
        {
            app.UseForwardedHeaders();
        }
    }
}
