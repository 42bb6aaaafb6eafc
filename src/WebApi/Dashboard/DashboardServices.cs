using MediatR;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;
using ModelOps.WebApi.Errors;
using MudBlazor;
using MudBlazor.Services;

namespace ModelOps.WebApi.Dashboard;

internal static class DashboardServices
{
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(options =>
        {
            // At this position, toasts cover neither a training's progress nor the buttons at the top.
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            options.SnackbarConfiguration.VisibleStateDuration = 5_000;
            options.SnackbarConfiguration.MaxDisplayedSnackbars = 2;
            options.SnackbarConfiguration.ShowTransitionDuration = 0;
            options.SnackbarConfiguration.HideTransitionDuration = 0;
        });
        services.AddTransient<MudLocalizer, LibraryTexts>();
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SessionState>();
        services.AddScoped<Dispatcher>();
        services.AddScoped<LiveState>();
        services.AddScoped<CircuitHandler, CircuitOrder>();
        return services;
    }

    public static void MapDashboard(this WebApplication app)
    {
        // The sign-in page needs its style sheets before sign-in.
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .Add(endpoint =>
            {
                // The connection of the page on which the one-time password is changed. The dispatcher checks what comes through it.
                if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } path }
                    && path.TrimStart('/').StartsWith("_blazor", StringComparison.Ordinal))
                {
                    endpoint.Metadata.Add(new BeforePasswordChangeAttribute());
                }
            });
        app.MapPost("/logout", SignOutAsync).ExcludeFromDescription().WithMetadata(new BeforePasswordChangeAttribute());
        if (app.Services.GetRequiredService<SignInSettings>().Provider is not null)
        {
            app.MapProviderSignIn();
        }
    }

    private static async Task SignOutAsync(HttpContext context, IAntiforgery antiforgery, IMediator mediator)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            await Problem.AntiforgeryRequired.WriteAsync(context);
            return;
        }

        await mediator.Send(new SignOut(), context.RequestAborted);
        await context.SignOutAsync(Schemes.Cookie);

        // The provider's own session goes on. The sign-in page offers to end it.
        string signIn = context.Request.PathBase.Add("/login");
        context.Response.Redirect(context.User.HasClaim(c => c.Type == ModelOpsClaims.ByProvider) ? $"{signIn}?signedOut=true" : signIn);
    }
}
