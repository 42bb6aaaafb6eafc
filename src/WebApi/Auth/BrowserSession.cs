using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>Gives a browser the cookie of its new session.</summary>
internal static class BrowserSession
{
    /// <param name="byProvider">Whether the hospital's sign-in identified the user.</param>
    public static async Task BeginAsync(HttpContext context, SignedInSession session, bool byProvider)
    {
        // The new cookie replaces the old one, whose session nobody could end any more.
        var before = await context.AuthenticateAsync(Schemes.Cookie);
        if (before.Principal is { } principal && Principals.Session(principal) is { } replaced)
        {
            var sessions = context.RequestServices.GetRequiredService<IUserSessions>();
            await sessions.EndAsync(replaced.Id, replaced.UserId, context.RequestAborted);
        }

        var user = Principals.Of(session, Schemes.Cookie);
        if (byProvider)
        {
            user.Identities.Single().AddClaim(new Claim(ModelOpsClaims.ByProvider, "true"));
        }

        await context.SignInAsync(Schemes.Cookie, user);
    }
}
