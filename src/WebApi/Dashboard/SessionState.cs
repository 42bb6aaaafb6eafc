using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using ModelOps.Application.Abstractions;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Who sits before this tab. An account that was disabled, removed or given another role is nobody within a minute.</summary>
internal sealed class SessionState(ILoggerFactory logging, IServiceScopeFactory scopes)
    : RevalidatingServerAuthenticationStateProvider(logging)
{
    /// <summary>Together with the time that a stamp is remembered this stays below a minute.</summary>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(20);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState,
        CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return Principals.Session(authenticationState.User) is var (id, stamp)
            && await scope.ServiceProvider.GetRequiredService<IUserAccounts>().IsSessionCurrentAsync(id, stamp, cancellationToken);
    }
}
