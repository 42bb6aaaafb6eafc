using System.Security.Claims;
using System.Text.RegularExpressions;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using ModelOps.Application.Failures;
using ModelOps.Application.Users;
using ModelOps.Domain;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// The hospital's own sign-in: OpenID Connect's authorization code flow with PKCE. The framework's handler checks state, nonce, issuer,
/// audience, signature and lifetime. The provider's tokens are neither kept nor logged: a sign-in ends in a session like any other.
/// </summary>
internal static partial class ProviderSignIn
{
    public const string Path = "/login/oidc";
    public const string SignOutPath = "/logout/oidc";
    private const string EmailVerified = "email_verified";

    /// <summary>The framework's logger of the handler. It logs errors with the provider's texts.</summary>
    private const string HandlerLogger = "Microsoft.AspNetCore.Authentication.OpenIdConnect.OpenIdConnectHandler";

    /// <summary>Connections to the provider at a time, a limit for what a flood of sign-ins can open.</summary>
    private const int MaxConnections = 8;

    public static AuthenticationBuilder AddProvider(this AuthenticationBuilder builder, SignInProvider provider)
    {
        // Before a token is refused that is signed with a new key, the provider's keys are read again. By default this happens in the
        // background, too late for this token.
        AppContext.SetSwitch("Switch.Microsoft.IdentityModel.UpdateConfigAsBlocking", true);
        builder.Services.AddSingleton<ProviderMetadata>();
        builder.Services.AddLogging(logging => logging.AddFilter(HandlerLogger, LogLevel.None));
        return builder.AddOpenIdConnect(Schemes.Provider, options => Configure(options, provider));
    }

    public static void MapProviderSignIn(this WebApplication app)
    {
        app.MapGet(Path, StartAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapGet(SignOutPath, SignOutAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static void Configure(OpenIdConnectOptions options, SignInProvider provider)
    {
        options.Authority = provider.Authority.ToString();
        options.RequireHttpsMetadata = !provider.Authority.IsLoopback;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        options.RefreshInterval = ProviderMetadata.Pause;
        options.BackchannelTimeout = ProviderMetadata.Patience;
        options.BackchannelHttpHandler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = MaxConnections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        options.CallbackPath = $"{Path}/callback";
        options.SignedOutCallbackPath = $"{Path}/signed-out";
        options.RemoteSignOutPath = default;
        options.SignInScheme = Schemes.Cookie;
        options.ResponseType = OpenIdConnectResponseType.Code;

        // The answer comes by GET, to which browsers attach Lax cookies. A form posted by the provider's page would need cookies with
        // SameSite=None, which browsers refuse without TLS.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        ConfigureCookie(options.CorrelationCookie);
        ConfigureCookie(options.NonceCookie);
        options.UsePkce = true;
        options.SaveTokens = false;
        options.Scope.Clear();
        foreach (var scope in provider.Scopes)
        {
            options.Scope.Add(scope);
        }

        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = true;
        options.ClaimActions.Remove(JwtClaim.Issuer);
        options.ClaimActions.MapJsonKey(provider.RoleClaim, provider.RoleClaim);
        options.ClaimActions.MapUniqueJsonKey(provider.EmailClaim, provider.EmailClaim);
        options.ClaimActions.MapUniqueJsonKey(EmailVerified, EmailVerified);
        options.Events.OnTicketReceived = context => SignInAsync(context, provider);
        options.Events.OnRemoteFailure = FailAsync;
        options.Events.OnRedirectToIdentityProviderForSignOut = context =>
        {
            // The provider knows by the client's id which addresses it may return to. ModelOps keeps no ID token that could tell it.
            context.ProtocolMessage.ClientId = context.Options.ClientId;
            return Task.CompletedTask;
        };
    }

    private static void ConfigureCookie(CookieBuilder cookie)
    {
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
    }

    private static async Task StartAsync(HttpContext context, ProviderMetadata metadata, string? returnUrl)
    {
        await metadata.ReadAsync(context.RequestAborted);
        await context.ChallengeAsync(
            Schemes.Provider, new AuthenticationProperties { RedirectUri = LocalAddress.Of(returnUrl, context.Request.PathBase) });
    }

    private static async Task SignOutAsync(HttpContext context, ProviderMetadata metadata)
    {
        string signIn = context.Request.PathBase.Add("/login");
        if (await metadata.CanSignOutAsync(context.RequestAborted))
        {
            await context.SignOutAsync(Schemes.Provider, new AuthenticationProperties { RedirectUri = signIn });
        }
        else
        {
            context.Response.Redirect(signIn);
        }
    }

    private static async Task SignInAsync(TicketReceivedContext context, SignInProvider provider)
    {
        var http = context.HttpContext;
        var person = context.Principal!;
        var identity = new ProviderIdentity(
            person.FindFirstValue(JwtClaim.Issuer) ?? "",
            person.FindFirstValue(JwtClaim.Subject) ?? "",
            person.FindFirstValue(provider.EmailClaim),
            bool.TryParse(person.FindFirstValue(EmailVerified), out var isVerified) && !isVerified,
            [.. person.FindAll(provider.RoleClaim).Select(claim => claim.Value)]);
        var mediator = http.RequestServices.GetRequiredService<IMediator>();
        SignedInSession session;
        try
        {
            session = await mediator.Send(new SignInByProvider(identity, ClientAddress.Client(http)), http.RequestAborted);
        }
        catch (RefusalException refusal)
        {
            LogRefused(Logger(http), refusal.Code);
            throw;
        }

        await BrowserSession.BeginAsync(http, session, byProvider: true);
        http.Response.Redirect(context.ReturnUri ?? http.Request.PathBase.Add("/"));
        context.HandleResponse();
    }

    private static Task FailAsync(RemoteFailureContext context)
    {
        if (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            context.HandleResponse();
            return Task.CompletedTask;
        }

        var refusal = RefusalOf(context.Failure!);
        LogFailed(
            Logger(context.HttpContext),
            refusal.Kind == RefusalKind.Unavailable ? LogLevel.Warning : LogLevel.Information,
            refusal.Code,
            Reason(context.Failure!));
        throw refusal;
    }

    private static RefusalException RefusalOf(Exception failure)
    {
        if (Error(failure) is { } error)
        {
            return error switch
            {
                "access_denied" or "login_required" or "interaction_required" or "consent_required" or "account_selection_required" =>
                    ProviderRefusals.Denied(),
                "invalid_grant" => ProviderRefusals.SignInFailed(),
                "server_error" or "temporarily_unavailable" => ProviderRefusals.Unavailable(),
                _ => ProviderRefusals.Misconfigured(),
            };
        }

        return FailureClassifier.Causes(failure).Select(cause => cause switch
        {
            SecurityTokenException => ProviderRefusals.Misconfigured(),
            HttpRequestException or OperationCanceledException or IOException => ProviderRefusals.Unavailable(),

            // The nonce or the token's form is wrong, or an answer isn't JSON.
            OpenIdConnectProtocolException => ProviderRefusals.Misconfigured(),
            _ => null,
        }).FirstOrDefault(refusal => refusal is not null) ?? ProviderRefusals.SignInFailed();
    }

    /// <summary>The error code of an answer (RFC 6749); null if the failure isn't an answer of the provider.</summary>
    private static string? Error(Exception failure) => FailureClassifier.Causes(failure)
        .Select(cause => cause.Data["error"] as string).FirstOrDefault(error => error is not null && ErrorCode().IsMatch(error));

    /// <summary>What an operator needs to find the cause. Messages aren't logged, because they may hold claims' values or tokens.</summary>
    private static string Reason(Exception failure) => string.Join(
        ", ",
        FailureClassifier.Causes(failure).Select(cause => cause.GetType().Name)
            .Concat(FailureClassifier.Causes(failure).Select(cause => LibraryCode().Match(cause.Message).Value).Append(Error(failure)))
            .Where(word => !string.IsNullOrEmpty(word))
            .Distinct());

    private static ILogger Logger(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProviderSignIn).FullName!);

    [GeneratedRegex("^[a-z_]{1,40}$")]
    private static partial Regex ErrorCode();

    /// <summary>Such as IDX10223 for an expired token.</summary>
    [GeneratedRegex("^IDX[0-9]{1,6}")]
    private static partial Regex LibraryCode();

    [LoggerMessage(Message = "A sign-in by the hospital's provider failed: {Code} ({Reason})")]
    private static partial void LogFailed(ILogger logger, LogLevel level, string code, string reason);

    [LoggerMessage(LogLevel.Information, "A sign-in by the hospital's provider was refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string code);

    private static class JwtClaim
    {
        public const string Issuer = "iss";
        public const string Subject = "sub";
    }
}
