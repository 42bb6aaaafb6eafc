using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Auth;

internal static class AuthServices
{
    private const string AuthorizationHeader = "Authorization";

    public static IServiceCollection AddAuth(
        this IServiceCollection services, RateLimitSettings rateLimits, SignInProvider? provider)
    {
        services.AddScoped<CurrentUser>();
        services.AddTransient<ICurrentUser>(provider => provider.GetRequiredService<CurrentUser>());
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<Credentials>();
        services.AddSingleton<VerifiedTokens>();
        services.AddSingleton<RunningRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<RunningRequests>());
        services.AddAntiforgery(options =>
        {
            options.HeaderName = ForgeryCheck.Header;
            options.Cookie.Name = "modelops.csrf";
        });
        return services.AddSchemes(provider).AddPolicies().AddRateLimits(rateLimits);
    }

    private static IServiceCollection AddSchemes(this IServiceCollection services, SignInProvider? provider)
    {
        var builder = services
            .AddAuthentication(options =>
            {
                options.DefaultScheme = Schemes.Any;
                options.DefaultChallengeScheme = Schemes.Refusal;
                options.DefaultForbidScheme = Schemes.Refusal;
            })
            .AddPolicyScheme(Schemes.Any, null, options => options.ForwardDefaultSelector = context =>
                !context.Request.Headers.ContainsKey(AuthorizationHeader) ? Schemes.Cookie
                    : BearerHeader.AccessToken(context.Request) is null ? Schemes.Bearer : Schemes.AccessToken)
            .AddPolicyScheme(Schemes.Refusal, null, options => options.ForwardDefaultSelector = context =>
                ErrorPage.IsPage(context) ? Schemes.Cookie : Schemes.Bearer)
            .AddBearerToken(Schemes.Bearer, options =>
            {
                options.BearerTokenExpiration = TimeSpan.FromMinutes(15);
                options.Events.OnMessageReceived = context =>
                {
                    context.Token = BearerHeader.Token(context.Request) is { IsEmpty: false } token ? token.ToString() : null;
                    return Task.CompletedTask;
                };
            })
            .AddScheme<AuthenticationSchemeOptions, AccessTokenHandler>(Schemes.AccessToken, null)
            .AddCookie(Schemes.Cookie, Configure);
        if (provider is not null)
        {
            builder.AddProvider(provider);
        }

        return services;
    }

    private static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "modelops.session";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;

        // The service runs behind a proxy or on localhost without TLS. The cookie is Secure when the client's request used HTTPS.
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

        // The session's row decides when it ends: 12 hours after its last use. The cookie must outlast it. An open page renews the cookie
        // with the first use after half of its time, at most two hours late.
        options.ExpireTimeSpan = TimeSpan.FromHours(30);
        options.SlidingExpiration = true;
        options.LoginPath = "/login";

        // The framework's own redirect has the host that the request named, which anybody can choose.
        options.Events.OnRedirectToLogin = context =>
        {
            context.Response.Redirect(new Uri(context.RedirectUri).PathAndQuery);
            return Task.CompletedTask;
        };

        // The sign-in page redirects. The framework would copy the query's ReturnUrl into the header unchecked.
        options.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask;

        // The user is signed in but lacks the right. Signing in again wouldn't help, so don't redirect.
        options.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
    }

    private static IServiceCollection AddPolicies(this IServiceCollection services)
    {
        var signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        services.AddSingleton<IPolicyEvaluator, PlainPolicies>();
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Admin, policy => policy.RequireAuthenticatedUser().RequireRole(UserRoles.Admin))
            .AddPolicy(Policies.Clinician, policy => policy.RequireAuthenticatedUser().RequireRole(UserRoles.Admin, UserRoles.Clinician))
            .SetDefaultPolicy(signedIn)

            // Deny endpoints without an explicit policy.
            .SetFallbackPolicy(signedIn);
        return services;
    }
}
