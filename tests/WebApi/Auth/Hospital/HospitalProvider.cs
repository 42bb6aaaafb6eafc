using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace ModelOps.WebApi.Tests.Auth.Hospital;

/// <summary>A person whom the hospital knows.</summary>
internal sealed record Person(string Email, params string[] Roles)
{
    public string Subject { get; init; } = Guid.NewGuid().ToString();

    /// <summary>Null: the provider says nothing about it.</summary>
    public bool? EmailVerified { get; init; }

    public static Person New(params string[] roles) => new($"{Guid.NewGuid():N}@hospital.example", roles);
}

/// <summary>
/// The hospital's sign-in: a real OpenID Connect provider on a port of its own of the loopback, with a sign-in page, a cookie and a database
/// in memory.
/// </summary>
internal sealed class HospitalProvider : IAsyncDisposable
{
    public const string ClientId = "modelops";
    public const string ClientSecret = "the secret of modelops";
    public const string Password = "the password of everybody";
    private const string Cookie = "Hospital";

    private readonly SqliteConnection _database = new("Data Source=:memory:");
    private readonly SemaphoreSlim _turn = new(1);
    private readonly WebApplication _app;

    private HospitalProvider(int port, bool endsSessions)
    {
        _database.Open();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddDbContext<DbContext>(options => options.UseSqlite(_database).UseOpenIddict());
        builder.Services.AddAuthentication(Cookie).AddCookie(Cookie, cookie =>
        {
            cookie.Cookie.Name = "hospital";
            cookie.LoginPath = "/sign-in";
        });
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>())
            .AddServer(server =>
            {
                server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token")
                    .SetUserInfoEndpointUris("connect/userinfo");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey().RegisterScopes(Scopes.Email, Scopes.Profile);
                server.Configure(options => options.TimeProvider = Clock);
                server.AddEventHandler<ApplyTokenResponseContext>(handler => handler.SetOrder(int.MinValue).UseInlineHandler(context =>
                {
                    TokenAnswers++;
                    return default;
                }));
                var host = server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();
                if (endsSessions)
                {
                    server.SetEndSessionEndpointUris("connect/sign-out");
                    host.EnableEndSessionEndpointPassthrough();
                }
            });
        _app = builder.Build();
        _app.Use(OneByOneAsync);
        _app.UseAuthentication();
        _app.MapGet("/connect/authorize", AuthorizeAsync);
        _app.MapGet("/sign-in", SignInPage);
        _app.MapPost("/sign-in", SignInAsync);
        _app.MapGet("/connect/sign-out", SignOutAsync);
    }

    /// <summary>The provider's clock, which issues its tokens.</summary>
    public MovableClock Clock { get; } = new();

    /// <summary>The people by e-mail.</summary>
    public Dictionary<string, Person> People { get; } = [];

    /// <summary>Whether people refuse to let ModelOps know who they are.</summary>
    public bool Refuses { get; set; }

    /// <summary>How often the token endpoint answered.</summary>
    public int TokenAnswers { get; private set; }

    public Uri Address { get; private set; } = null!;

    public static async Task<HospitalProvider> StartAsync(int port = 0, bool endsSessions = true)
    {
        var provider = new HospitalProvider(port, endsSessions);
        await provider._app.StartAsync();
        provider.Address = new Uri(provider._app.Urls.Single());
        await using var scope = provider._app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DbContext>().Database.EnsureCreatedAsync();

        // The first answer takes seconds on a busy machine; ModelOps doesn't wait so long.
        using var client = new HttpClient { BaseAddress = provider.Address };
        await client.GetStringAsync("/.well-known/openid-configuration");
        await client.GetStringAsync("/.well-known/jwks");
        return provider;
    }

    public Person Add(Person person) => People[person.Email] = person;

    /// <summary>Lets ModelOps at this address use the provider.</summary>
    public async Task RegisterAsync(params Uri[] services)
    {
        var client = new OpenIddictApplicationDescriptor
        {
            ClientId = ClientId,
            ClientSecret = ClientSecret,
            ConsentType = ConsentTypes.Implicit,
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code, Permissions.Scopes.Email,
                Permissions.Scopes.Profile,
            },
        };
        foreach (var service in services)
        {
            client.RedirectUris.Add(new Uri(service, "/login/oidc/callback"));
            client.PostLogoutRedirectUris.Add(new Uri(service, "/login/oidc/signed-out"));
        }

        await using var scope = _app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(client);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>All requests share the one connection that keeps the database in memory.</summary>
    private async Task OneByOneAsync(HttpContext context, RequestDelegate next)
    {
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            await next(context);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task AuthorizeAsync(HttpContext context)
    {
        if (Refuses)
        {
            await context.ForbidAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new AuthenticationProperties(
                new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = "access_denied",
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "a sentence of the provider",
                }));
            return;
        }

        if (context.User.Identity is not { IsAuthenticated: true, Name: { } email })
        {
            await context.ChallengeAsync(Cookie);
            return;
        }

        var person = People[email];
        var identity = new ClaimsIdentity("hospital", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, person.Subject).SetClaim(Claims.Email, person.Email).SetClaims("roles", [.. person.Roles]);
        if (person.EmailVerified is { } verified)
        {
            identity.SetClaim(Claims.EmailVerified, verified);
        }

        identity.SetScopes(context.GetOpenIddictServerRequest()!.GetScopes());
        identity.SetDestinations(_ => [Destinations.IdentityToken, Destinations.AccessToken]);
        await context.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
    }

    private static IResult SignInPage(string returnUrl) => Results.Content(
        $"""<form method="post" action="/sign-in?ReturnUrl={WebUtility.UrlEncode(returnUrl)}"><input name="email"><input name="password"></form>""",
        "text/html");

    private async Task SignInAsync(HttpContext context, string returnUrl)
    {
        var form = await context.Request.ReadFormAsync();
        if (!People.ContainsKey(form["email"].ToString()) || form["password"] != Password)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await context.SignInAsync(Cookie, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, form["email"].ToString())], Cookie)));
        context.Response.Redirect(returnUrl);
    }

    private static async Task SignOutAsync(HttpContext context)
    {
        await context.SignOutAsync(Cookie);
        await context.SignOutAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new AuthenticationProperties { RedirectUri = "/" });
    }
}
