using Microsoft.AspNetCore.HostFiltering;
using ModelOps.WebApi.Operations;

namespace ModelOps.WebApi;

/// <summary>Configures the web server, the host names that it answers to, and its cookies.</summary>
internal static class HttpServer
{
    public static void AddHttpServer(this WebApplicationBuilder builder, HttpSettings settings)
    {
        builder.Services.AddSingleton(settings);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;

            // How many bytes of a too long body are read, so that the client receives the refusal instead of a connection reset.
            server.Limits.MaxRequestBodySize = 64 * 1024 * 1024;

            // Long values are refused by the validators, with the same body as other invalid values.
            server.Limits.MaxRequestLineSize = 16 * 1024;
            ConnectionLimits.Configure(server, settings);
        });

        // The framework filters by AllowedHosts before all other middleware. Program.cs adds the filter later instead, so that its refusal
        // has a problem body.
        var filter = builder.Services.Single(service => service.ImplementationType?.Name == "HostFilteringStartupFilter");
        builder.Services.Remove(filter);
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.IncludeFailureMessage = false);

        // Every cookie, also those of the framework, is Secure when the browser came by TLS.
        builder.Services.Configure<CookiePolicyOptions>(cookies => cookies.Secure = CookieSecurePolicy.SameAsRequest);
    }
}
