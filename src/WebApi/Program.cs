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
using ModelOps.WebApi.OpenApi;
using ModelOps.WebApi.Operations;

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
    builder.AddHttpServer(new HttpSettings(
        (int)reader.Whole("Connections:Max", HttpSettings.DefaultMaxConnections, 1, HttpSettings.MostConnections),
        (int)reader.Whole("Uploads:MinBytesPerSecond", HttpSettings.DefaultMinUploadBytesPerSecond, 1, int.MaxValue),
        (int)reader.Whole("Hsts:Days", HttpSettings.DefaultHstsDays, 0, HttpSettings.MaxHstsDays),
        reader.Origins("WebSockets:Origins"),
        reader.BasePath("PathBase")));
    builder.Services.AddAuth(
        new RateLimitSettings(
            (int)reader.Whole("RateLimits:LoginsPerMinute", RateLimitSettings.DefaultLoginsPerMinute, 1, int.MaxValue),
            (int)reader.Whole("RateLimits:RequestsPerMinute", RateLimitSettings.DefaultRequestsPerMinute, 1, int.MaxValue)),
        settings.SignInProvider);
    builder.Services.AddMetricsEndpoint(reader.Network("Metrics:Network"));
    builder.Services.AddTrustedProxy(reader.Network("Proxy:Network"));
    builder.Services.AddCrossOrigin(reader.Origins("Cors:Origins"));
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

// The framework's log of requests prints their queries, in which a hospital's reference to a patient may stand. Without it, the host also
// makes no activity and no logging scope for each request.
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

// Scopes are made for whoever prints them. None of the service's own settings does.
builder.Services.Configure<LoggerFilterOptions>(options => options.CaptureScopes =
    builder.Configuration.GetValue("Logging:Console:FormatterOptions:IncludeScopes", false));

var app = builder.Build();
app.Lifetime.ApplicationStarted.Register(() => started = true);

app.UseTrustedProxy();
app.UseMiddleware<BasePath>();
app.UseLanguages();
app.UseMiddleware<SecurityHeaders>();
app.UseMiddleware<ConnectionLimits>();
app.UseMiddleware<ProblemMiddleware>();
app.UseHostFiltering();
app.UseWhen(context => BearerHeader.Token(context.Request).IsEmpty, browser => browser.UseCookiePolicy());
app.UseMiddleware<OriginCheck>();
app.UseMiddleware<StartupCheck>();
if (!settings.Serves)
{
    app.UseMiddleware<WorkerSurface>();
}

app.UseMiddleware<HeadRequests>();
app.UseRouting();
app.UseCors();
app.UseMiddleware<ShortCut>();
app.UseMiddleware<TokenSignIn>();
app.UseWhen(context => !TokenSignIn.IsDone(context), rest => rest.UseAuthentication());

// Otherwise, the host adds the authentication at the beginning, because it doesn't see that of a branch.
((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
app.UseRateLimiter();
app.UseMiddleware<CredentialCheck>();
app.UseMiddleware<ForgeryCheck>();
app.UseAuthorization();
app.UseAntiforgery();
app.UseMiddleware<ExpiredForm>();

app.MapControllers();
app.MapDashboard();
app.MapJobsDashboard("/hangfire", app.Services.GetRequiredService<HttpSettings>().PathBase.Add("/"))
    .RequireAuthorization(Policies.Admin).WithMetadata(new ContentPolicy(_ => SecurityHeaders.Page));
app.MapMetricsEndpoint();

// The OpenAPI document contains no secrets, and client developers may read it without an account.
app.MapOpenApi().AllowAnonymous();
app.MapApiReference("/scalar");

try
{
    if (args is ["openapi"])
    {
        return await OpenApiCommand.RunAsync(app.Services);
    }

    if (args is ["migrate", ..])
    {
        await app.Services.PrepareDatabaseAsync(CancellationToken.None);
        Console.Out.WriteLine("The database is prepared.");
        return 0;
    }

    if (args is ["user", ..])
    {
        await app.Services.RequireDatabaseAsync(CancellationToken.None);
        return await UserCommand.RunAsync(app.Services, args[1..]);
    }

    await app.RunAsync();
    return Environment.ExitCode;
}
catch (StartupException refused)
{
    Console.Error.WriteLine(refused.Message);
    return 1;
}
