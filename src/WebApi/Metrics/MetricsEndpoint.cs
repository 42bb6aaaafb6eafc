using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;
using Prometheus;

namespace ModelOps.WebApi.Metrics;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format: the service's own counters and the runtime's, none of which holds a patient's value,
/// a name or a path. For administrators, and for a network that the operator names.
/// </summary>
internal static class MetricsEndpoint
{
    public static IServiceCollection AddMetricsEndpoint(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MetricsOptions>().Bind(configuration.GetSection(MetricsOptions.Section))
            .Validate(o => NetworkSetting.IsEmptyOrValid(o.Network), "ModelOps__Metrics__Network must be a network such as 10.1.0.0/16.")
            .ValidateOnStart();
        services.AddSingleton(provider => new MetricsRegistry(provider.GetRequiredService<IMeterFactory>()));
        services.AddAuthorizationBuilder().AddPolicy(Policies.Metrics, policy => policy.RequireAssertion(context =>
            context.User.IsInRole(UserRoles.Admin) || (context.Resource is HttpContext http && IsInNetwork(http))));
        return services;
    }

    public static void MapMetricsEndpoint(this IEndpointRouteBuilder endpoints) => endpoints
        .MapMetrics("/metrics", endpoints.ServiceProvider.GetRequiredService<MetricsRegistry>().Registry)
        .RequireAuthorization(Policies.Metrics);

    /// <summary>An IPv4 client of a dual-stack socket is still an IPv4 client.</summary>
    private static bool IsInNetwork(HttpContext context) =>
        NetworkSetting.Parse(context.RequestServices.GetRequiredService<IOptions<MetricsOptions>>().Value.Network) is { } network
        && context.Connection.RemoteIpAddress is { } address
        && network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}

internal sealed class MetricsOptions
{
    public const string Section = "ModelOps:Metrics";

    /// <summary>
    /// Clients of this network, such as <c>10.1.0.0/16</c>, read the metrics without signing in; nobody does where it is empty.
    /// </summary>
    public string? Network { get; set; }
}
