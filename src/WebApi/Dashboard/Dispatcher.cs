using System.Security.Claims;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.Domain;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// Sends the dashboard's requests to use cases. A circuit lives as long as its tab, so each request gets its own scope and the session is
/// validated again. The user's right is checked here, because hiding a button isn't access control.
/// </summary>
internal sealed class Dispatcher(IServiceScopeFactory scopes, AuthenticationStateProvider authentication,
    IAuthorizationService authorization, IStandings standings)
{
    /// <exception cref="RefusalException">
    /// <c>unauthenticated</c> when the session has ended, <c>forbidden</c> without the right, and whatever the use case refuses.
    /// </exception>
    public Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        SendAsync(request, standings.CheckAsync, cancellationToken);

    /// <summary>
    /// As <see cref="SendAsync{T}(IRequest{T}, CancellationToken)"/>, for what a page asks by itself while nobody uses it: it doesn't
    /// prolong the session.
    /// </summary>
    public Task<T> WatchAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        SendAsync(request, standings.WatchAsync, cancellationToken);

    private async Task<T> SendAsync<T>(
        IRequest<T> request,
        Func<SessionReference, CancellationToken, ValueTask<SessionStanding?>> check,
        CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;

        // SQLite queries run synchronously on the calling thread, and a circuit runs one thread at a time. Use the thread pool, so that a
        // slow query doesn't block the page.
        return await Task.Run(() => SendAsync(request, user, check, cancellationToken), cancellationToken);
    }

    private async Task<T> SendAsync<T>(
        IRequest<T> request,
        ClaimsPrincipal user,
        Func<SessionReference, CancellationToken, ValueTask<SessionStanding?>> check,
        CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        if (Principals.Session(user) is not { } session
            || await check(session, cancellationToken) is not { } standing)
        {
            throw new RefusalException(RefusalKind.Unauthenticated, "unauthenticated", $"Your session has ended. Sign in again.");
        }

        if (standing.MustChangePassword && !Rights.IsAllowedBeforePasswordChange(request.GetType()))
        {
            throw UserRefusals.PasswordChangeRequired();
        }

        if (Rights.PolicyOf(request.GetType()) is { } policy && !(await authorization.AuthorizeAsync(user, policy)).Succeeded)
        {
            throw new RefusalException(RefusalKind.Forbidden, "forbidden", $"Your role doesn't allow this. An administrator can do it.");
        }

        services.GetRequiredService<CurrentUser>().Use(user);
        return await services.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }
}
