using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using ModelOps.Application.Abstractions;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// The authentication state of this tab. A user who was disabled, deleted or given another role becomes anonymous within a minute.
/// </summary>
internal sealed class SessionState(ILoggerFactory logging, IServiceScopeFactory scopes)
    : RevalidatingServerAuthenticationStateProvider(logging)
{
    /// <summary>The interval of this check plus the cache duration of a security stamp is below one minute.</summary>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(20);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState,
        CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return Principals.Session(authenticationState.User) is var (id, stamp)
            && await scope.ServiceProvider.GetRequiredService<IUserAccounts>().IsSessionCurrentAsync(id, stamp, cancellationToken);
    }
}
