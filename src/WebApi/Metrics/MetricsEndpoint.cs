using System.Diagnostics.Metrics;
using System.Net;
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
    /// <param name="network">Its clients read the metrics without signing in; null for none.</param>
    public static IServiceCollection AddMetricsEndpoint(this IServiceCollection services, IPNetwork? network)
    {
        services.AddSingleton(provider => new MetricsRegistry(provider.GetRequiredService<IMeterFactory>()));
        services.AddAuthorizationBuilder().AddPolicy(Policies.Metrics, policy => policy.RequireAssertion(context =>
            context.User.IsInRole(UserRoles.Admin) || (context.Resource is HttpContext http && IsInNetwork(http, network))));
        return services;
    }

    public static void MapMetricsEndpoint(this IEndpointRouteBuilder endpoints) => endpoints
        .MapMetrics("/metrics", endpoints.ServiceProvider.GetRequiredService<MetricsRegistry>().Registry)
        .RequireAuthorization(Policies.Metrics);

    /// <summary>An IPv4 client of a dual-stack socket is still an IPv4 client.</summary>
    private static bool IsInNetwork(HttpContext context, IPNetwork? network) =>
        network is { } known
        && context.Connection.RemoteIpAddress is { } address
        && known.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
