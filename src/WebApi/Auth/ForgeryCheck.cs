using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Controllers;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// A browser sends its cookie along with whatever another site makes it send. So a call of the API that changes
/// something and is signed in by cookie must repeat a token that only our own pages can read. A bearer token is never
/// sent by itself and needs none; neither do open endpoints, which don't look at the cookie.
/// </summary>
internal sealed class ForgeryCheck(RequestDelegate next, IAntiforgery antiforgery)
{
    public const string Header = "X-CSRF-TOKEN";

    public async Task InvokeAsync(HttpContext context)
    {
        // Without the header the framework would look for the token in the form, and read an upload for it.
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
        && result.Ticket.AuthenticationScheme != Schemes.Bearer;
}
