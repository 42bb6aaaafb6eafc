using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// The authentication state of this tab. Within a minute after its session ended, or its user was disabled, deleted or given another
/// role, it becomes anonymous.
/// </summary>
internal sealed class SessionState(ILoggerFactory logging, IStandings standings, SessionTiming timing)
    : RevalidatingServerAuthenticationStateProvider(logging)
{
    /// <summary>The interval of this check plus the cache duration of a session is below one minute.</summary>
    protected override TimeSpan RevalidationInterval => timing.Watch;

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState,
        CancellationToken cancellationToken) =>
        Principals.Session(authenticationState.User) is { } session
        && await standings.WatchAsync(session, cancellationToken) is not null;
}
