using Microsoft.AspNetCore.Authorization;
using ModelOps.Application.Users;
using ModelOps.Domain;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Checks between authentication and authorization whether the request's session or personal access token is still valid, and what it
/// may be used for. A request whose session has ended, or whose user was disabled, deleted or given another role, continues as
/// anonymous, which results in 401.
/// </summary>
internal sealed class CredentialCheck(RequestDelegate next, RunningRequests running, Credentials credentials)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // Open endpoints need no rights, and health checks must work without a database.
        var metadata = context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty;
        if (context.User.Identity is not { IsAuthenticated: true } || metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            Use(context);
            await next(context);
            return;
        }

        switch (await credentials.CheckAsync(context.User, context.RequestAborted))
        {
            case Credential.Token token:
                context.User = Principals.Of(token.Standing, token.Text);
                if (RefusalOf(token.Standing, metadata) is { } refusal)
                {
                    throw refusal;
                }

                break;
            case Credential.Session { Standing.MustChangePassword: true }
                when metadata.GetMetadata<BeforePasswordChangeAttribute>() is null:
                if (ErrorPage.IsPage(context))
                {
                    context.Response.Redirect(context.Request.PathBase.Add("/account"));
                    return;
                }

                throw UserRefusals.PasswordChangeRequired();
            case null:
                // Setting the user also clears the cached authentication result, which authorization would otherwise use.
                context.User = Principals.Nobody();
                Use(context);
                await next(context);
                return;
        }

        Use(context);
        await running.RunAsync(context, next);
    }

    private static void Use(HttpContext context) => context.RequestServices.GetRequiredService<CurrentUser>().Use(context.User);

    private static RefusalException? RefusalOf(TokenStanding token, EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<SessionOnlyAttribute>() is not null)
        {
            return UserRefusals.SessionRequired();
        }

        return token.Scopes is { } scopes
            && metadata.GetMetadata<TokenScopeAttribute>()?.Scopes.Any(scopes.Contains) != true
                ? UserRefusals.ScopeMissing()
                : null;
    }
}
