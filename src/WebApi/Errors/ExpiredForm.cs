using Microsoft.AspNetCore.Antiforgery;

namespace ModelOps.WebApi.Errors;

/// <summary>
/// Explains why a form of a page was refused. The antiforgery token of a form becomes invalid when the user signs in or out in another
/// tab, or deletes the cookies. The framework would answer 400 with an empty body. The middleware runs after the one that checks the token.
/// </summary>
internal sealed class ExpiredForm(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false }
            ? Problem.FormExpired.WriteAsync(context)
            : next(context);
}
