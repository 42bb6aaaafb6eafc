using System.Security.Claims;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// The one way from the dashboard to a use case. A circuit lives as long as its tab, so each request gets a scope of its own, the
/// session is looked at again, and the right is checked here: a button that isn't shown protects nothing.
/// </summary>
internal sealed class Dispatcher(IServiceScopeFactory scopes, AuthenticationStateProvider authentication,
    IAuthorizationService authorization)
{
    /// <exception cref="RefusalException">
    /// <c>unauthenticated</c> when the session has ended, <c>forbidden</c> without the right, and whatever the use case refuses.
    /// </exception>
    public async Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;

        // SQLite answers on the thread that asks, and a circuit has one thread at a time: a slow question must not keep a click waiting.
        return await Task.Run(() => SendAsync(request, user, cancellationToken), cancellationToken);
    }

    private async Task<T> SendAsync<T>(IRequest<T> request, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        if (!(Principals.Session(user) is var (id, stamp)
            && await services.GetRequiredService<IUserAccounts>().IsSessionCurrentAsync(id, stamp, cancellationToken)))
        {
            throw new RefusalException(RefusalKind.Unauthenticated, "unauthenticated", $"Your session has ended. Sign in again.");
        }

        if (Rights.NeedsAdmin(request.GetType()) && !(await authorization.AuthorizeAsync(user, Policies.Admin)).Succeeded)
        {
            throw new RefusalException(RefusalKind.Forbidden, "forbidden", $"Your role doesn't allow this. An administrator can do it.");
        }

        services.GetRequiredService<CurrentUser>().Use(user);
        return await services.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }
}
