using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Controllers;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// CSRF protection. Browsers attach the session cookie to requests that other sites trigger, so API calls that change something and are
/// authenticated by cookie must also send an antiforgery token, which only our own pages can read. Bearer tokens aren't sent
/// automatically and need no check. Open endpoints ignore the cookie and need no check either.
/// </summary>
internal sealed class ForgeryCheck(RequestDelegate next, IAntiforgery antiforgery)
{
    public const string Header = "X-CSRF-TOKEN";

    public async Task InvokeAsync(HttpContext context)
    {
        // Require the header: without it, the framework would look for the token in the form and read a whole upload to find it.
        if (NeedsToken(context)
            && (!context.Request.Headers.ContainsKey(Header) || !await antiforgery.IsRequestValidAsync(context)))
        {
            await Problem.AntiforgeryRequired.WriteAsync(context);
            return;
        }

        await next(context);
    }

    private static bool NeedsToken(HttpContext context) =>
        !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || HttpMethods.IsOptions(context.Request.Method))
        && context.GetEndpoint()?.Metadata is { } metadata
        && metadata.GetMetadata<ControllerActionDescriptor>() is not null
        && metadata.GetMetadata<IAllowAnonymous>() is null
        && context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true } result
        && result.Ticket.AuthenticationScheme == Schemes.Cookie;
}
