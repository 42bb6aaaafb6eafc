using Microsoft.AspNetCore.Authorization;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Checks between authentication and authorization whether the session of the token or cookie still lives. The request of a session that
/// has ended, or of a user who was disabled, deleted or given another role, continues as anonymous, which results in 401.
/// </summary>
internal sealed class SessionCheck(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context, IUserSessions sessions)
    {
        // Open endpoints need no rights, and health checks must work without a database.
        if (context.User.Identity is { IsAuthenticated: true }
            && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
            && !(Principals.Session(context.User) is { } session
                && await sessions.CheckAsync(session, context.RequestAborted) is not null))
        {
            // Setting the user also clears the cached authentication result, which authorization would otherwise use.
            context.User = Principals.Nobody();
        }

        await next(context);
    }
}
