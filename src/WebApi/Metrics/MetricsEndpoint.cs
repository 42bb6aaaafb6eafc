using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;
using OpenTelemetry.Metrics;

namespace ModelOps.WebApi.Metrics;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format: figures of the service and of its process, without patients' values, names or paths.
/// Accessible to administrators and to a network that the operator configures.
/// </summary>
internal static partial class MetricsEndpoint
{
    /// <summary>The service's own meters. Their instruments are exported as <c>modelops_</c> and the instrument's name.</summary>
    private const string OwnMeters = "ModelOps*";

    /// <param name="network">Clients in this network may read the metrics without signing in; null for no network.</param>
    public static IServiceCollection AddMetricsEndpoint(this IServiceCollection services, IPNetwork? network)
    {
        services.AddHostedService<ProcessMetrics>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(OwnMeters, ProcessMetrics.MeterName)
            .AddPrometheusExporter(exporter =>
            {
                // The figures' names and labels are what operators' rules know, without the library's additions.
                exporter.ScopeInfoEnabled = false;
                exporter.TargetInfoEnabled = false;
                exporter.ScrapeResponseCacheDurationMilliseconds = 0;
            }));
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            var meters = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => View(instrument, meters));
        });
        services.AddAuthorizationBuilder().AddPolicy(Policies.Metrics, policy => policy.RequireAssertion(context =>
            context.User.IsInRole(UserRoles.Admin) || (context.Resource is HttpContext http && IsInNetwork(http, network))));
        return services;
    }

    public static void MapMetricsEndpoint(this IEndpointRouteBuilder endpoints) => endpoints
        .MapPrometheusScrapingEndpoint("/metrics", null, branch => branch.Use(WriteNamesPlainlyAsync), null)
        .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]))
        .RequireAuthorization(Policies.Metrics);

    /// <summary>
    /// The exporter writes <c>name{} 1</c> for a figure without labels. Prometheus reads both forms; scripts that search for a line that
    /// begins with <c>name 1</c> know only the usual one.
    /// </summary>
    private static async Task WriteNamesPlainlyAsync(HttpContext context, RequestDelegate next)
    {
        var response = context.Response.Body;
        using var text = new MemoryStream();

        // The exporter would compress its answer.
        context.Request.Headers.AcceptEncoding = default;
        context.Response.Body = text;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = response;
        }

        await context.Response.WriteAsync(NoLabels().Replace(Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length), " "));
    }

    [GeneratedRegex(@"(?<=^\w+)\{\} ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex NoLabels();

    /// <param name="meters">The meters of this service. A test process runs several services.</param>
    private static MetricStreamConfiguration? View(Instrument instrument, IMeterFactory meters) =>
        !ReferenceEquals(instrument.Meter.Scope, meters) ? MetricStreamConfiguration.Drop
        : instrument.Meter.Name == ProcessMetrics.MeterName ? null
        : new MetricStreamConfiguration { Name = $"modelops_{instrument.Name}" };

    /// <summary>Maps an IPv4 address received on a dual-stack socket back to IPv4.</summary>
    private static bool IsInNetwork(HttpContext context, IPNetwork? network) =>
        network is { } known
        && context.Connection.RemoteIpAddress is { } address
        && known.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
