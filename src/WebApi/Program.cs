using System.Globalization;
using ModelOps.Application;
using ModelOps.Infrastructure;
using ModelOps.Infrastructure.Csv;
using ModelOps.Infrastructure.Trainer;
using ModelOps.WebApi;
using ModelOps.WebApi.Auth;
using ModelOps.WebApi.Dashboard;
using ModelOps.WebApi.Errors;
using ModelOps.WebApi.Json;
using ModelOps.WebApi.Metrics;
using ModelOps.WebApi.Operations;
using Scalar.AspNetCore;

if (args is ["train", var folder, .. var rest])
{
    return TrainerHost.Run(folder, rest is [var seconds] ? double.Parse(seconds, CultureInfo.InvariantCulture) : null);
}

if (args is ["sample", var rows, var seed])
{
    using var output = Console.OpenStandardOutput();
    SampleCsv.Write(output, int.Parse(rows, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
    return 0;
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,

    // During development, the project's folder holds the settings. A published service reads them from its own folder, independent of the
    // working directory.
    ContentRootPath = File.Exists("WebApi.csproj") ? null : AppContext.BaseDirectory,
});

// Validate service lifetimes in every environment, so that a mistake fails at startup and not first in Production.
builder.Host.UseDefaultServiceProvider(options => options.ValidateOnBuild = options.ValidateScopes = true);
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
builder.WebHost.ConfigureKestrel(options =>
{
    options.AddServerHeader = false;

    // How many bytes of a too long body are read, so that the client receives the refusal instead of a connection reset.
    options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;

    // Long values are refused by the validators, with the same body as other invalid values.
    options.Limits.MaxRequestLineSize = 16 * 1024;
});

// When run from bin, static files are in the source folders recorded by the build.
builder.WebHost.UseStaticWebAssets();
if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
{
    builder.WebHost.UseUrls("http://localhost:8000");
}

InfrastructureSettings settings;
try
{
    settings = InfrastructureSettings.From(builder.Configuration, DefaultDataDirectory.Find());
    builder.Services.AddInfrastructure(builder.Configuration, settings, typeof(Program).Assembly.Location);
    var reader = new SettingReader(builder.Configuration);
    builder.Services.AddAuth(new RateLimitSettings(
        (int)reader.Whole("RateLimits:LoginsPerMinute", RateLimitSettings.DefaultLoginsPerMinute, 1, int.MaxValue),
        (int)reader.Whole("RateLimits:RequestsPerMinute", RateLimitSettings.DefaultRequestsPerMinute, 1, int.MaxValue)));
    builder.Services.AddMetricsEndpoint(reader.Network("Metrics:Network"));
    builder.Services.AddTrustedProxy(reader.Network("Proxy:Network"));
}
catch (StartupException refused)
{
    Console.Error.WriteLine(refused.Message);
    return 1;
}

builder.Services.AddApplication();
builder.Services.AddApi();
builder.Services.AddLanguages();
builder.Services.AddDashboard();

// RunAsync throws the exception that ends a failed startup. Disable the host's own log entry, which would add its stack trace.
var started = false;
builder.Logging.AddFilter(
    "Microsoft.Extensions.Hosting.Internal.Host", level => level > LogLevel.Debug && (started || level != LogLevel.Error));

var app = builder.Build();
app.Lifetime.ApplicationStarted.Register(() => started = true);

app.UseForwardedHeaders();
app.UseRequestLocalization();
app.UseMiddleware<SecurityHeaders>();
app.UseMiddleware<ProblemMiddleware>();
app.UseMiddleware<StartupCheck>();
if (!settings.Serves)
{
    app.UseMiddleware<WorkerSurface>();
}

app.UseRouting();
app.UseMiddleware<ShortCut>();
app.UseAuthentication();
app.UseRateLimiter();
app.UseMiddleware<SessionCheck>();
app.UseMiddleware<ForgeryCheck>();
app.UseAuthorization();
app.UseAntiforgery();

app.MapControllers();
app.MapDashboard();
app.MapJobsDashboard("/hangfire").RequireAuthorization(Policies.Admin);
app.MapMetricsEndpoint();

// The OpenAPI document contains no secrets, and client developers may read it without an account.
app.MapOpenApi().AllowAnonymous();
app.MapScalarApiReference("/scalar", options => options.DisableDefaultFonts()).AllowAnonymous();

try
{
    if (args is ["migrate", ..])
    {
        await app.Services.PrepareDatabaseAsync(CancellationToken.None);
        Console.Out.WriteLine("The database is prepared.");
        return 0;
    }

    await app.RunAsync();
    return Environment.ExitCode;
}
catch (StartupException refused)
{
    Console.Error.WriteLine(refused.Message);
    return 1;
}
