using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Signs in the requests of API clients: by <see cref="VerifiedTokens"/>, otherwise by the framework, whose result is remembered. Requests
/// without an access token, and those whose token is wrong, go on to the framework's authentication.
/// </summary>
internal sealed class TokenSignIn(RequestDelegate next, VerifiedTokens tokens)
{
    /// <summary>Whether this request was signed in here, so that nothing is left to authenticate.</summary>
    public static bool IsDone(HttpContext context) => context.Features.Get<IAuthenticateResultFeature>() is not null;

    public Task InvokeAsync(HttpContext context)
    {
        var token = BearerHeader.Token(context.Request);
        if (token.IsEmpty)
        {
            return next(context);
        }

        if (tokens.Find(token) is not { } known)
        {
            return BearerHeader.AccessToken(context.Request) is null ? VerifyAsync(context) : next(context);
        }

        SignIn(context, known);
        return next(context);
    }

    private async Task VerifyAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(Schemes.Bearer);
        if (result.Succeeded)
        {
            SignIn(context, tokens.Add(BearerHeader.Token(context.Request), result.Ticket));
        }

        await next(context);
    }

    private static void SignIn(HttpContext context, AuthenticateResult result)
    {
        var signedIn = new SignedIn(result);
        context.Features.Set<IHttpAuthenticationFeature>(signedIn);
        context.Features.Set<IAuthenticateResultFeature>(signedIn);
    }

    /// <summary>As the framework's own feature: another user makes the result void, and another result brings its user.</summary>
    private sealed class SignedIn(AuthenticateResult result) : IHttpAuthenticationFeature, IAuthenticateResultFeature
    {
        private ClaimsPrincipal? _user = result.Principal;
        private AuthenticateResult? _result = result;

        public ClaimsPrincipal? User
        {
            get => _user;
            set => (_user, _result) = (value, null);
        }

        public AuthenticateResult? AuthenticateResult
        {
            get => _result;
            set => (_user, _result) = (value?.Principal, value);
        }
    }
}
