using System.Diagnostics.Metrics;
using System.Net;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;
using Prometheus;

namespace ModelOps.WebApi.Metrics;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format: counters of the service and of the runtime, without patients' values, names or paths.
/// Accessible to administrators and to a network that the operator configures.
/// </summary>
internal static class MetricsEndpoint
{
    /// <param name="network">Clients in this network may read the metrics without signing in; null for no network.</param>
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

    /// <summary>Maps an IPv4 address received on a dual-stack socket back to IPv4.</summary>
    private static bool IsInNetwork(HttpContext context, IPNetwork? network) =>
        network is { } known
        && context.Connection.RemoteIpAddress is { } address
        && known.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
