using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace ModelOps.WebApi;

internal sealed class ProxyOptions
{
    public const string Section = "ModelOps:Proxy";

    /// <summary>
    /// Where the proxy in front of the service speaks from; anybody else who claims to speak for a client isn't believed.
    /// </summary>
    public string? Network { get; set; }
}

/// <summary>
/// Behind a proxy every request comes from the same address and without TLS. What the proxy says of the client (<c>X-Forwarded-For</c>,
/// <c>X-Forwarded-Proto</c>) decides then whose sign-in attempts are counted together, and that the session's cookie asks for TLS.
/// </summary>
internal static class TrustedProxy
{
    public static IServiceCollection AddTrustedProxy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ProxyOptions>().Bind(configuration.GetSection(ProxyOptions.Section))
            .Validate(o => NetworkSetting.IsEmptyOrValid(o.Network), "ModelOps__Proxy__Network must be a network such as 10.1.0.7/32.")
            .ValidateOnStart();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((forwarded, proxy) =>
        {
            // The framework believes this machine where nothing is said.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
            if (NetworkSetting.Parse(proxy.Value.Network) is { } network)
            {
                forwarded.KnownIPNetworks.Add(network);
                forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            }
        });
        return services;
    }
}
