using Microsoft.AspNetCore.Authorization;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// A token says what was true when it was issued. Between authentication and authorization this looks whether it still
/// is: somebody who was disabled, removed or given another role goes on as nobody, which ends in 401.
/// </summary>
internal sealed class SessionCheck(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context, IUserAccounts accounts)
    {
        // Open endpoints give nobody a right, and health must answer without a database.
        if (context.User.Identity is { IsAuthenticated: true }
            && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
            && !(Principals.Session(context.User) is var (id, stamp)
                && await accounts.IsSessionCurrentAsync(id, stamp, context.RequestAborted)))
        {
            // Setting the user also forgets the authentication's result, which authorization would otherwise go by.
            context.User = Principals.Nobody();
        }

        await next(context);
    }
}
