using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Signs in the requests of API clients: by <see cref="VerifiedTokens"/>, otherwise by the framework, whose result is remembered. Requests
/// without an access token, and those whose token is wrong, go on to the framework's authentication.
/// </summary>
/// <remarks>
/// The server gives the requests of one HTTP/1.1 connection the same string as long as they send the same header. So a string that was
/// looked up for the connection's last request needs no hash. HTTP/2 has concurrent requests on a connection and goes without.
/// </remarks>
internal sealed class TokenSignIn(RequestDelegate next, VerifiedTokens tokens)
{
    private static readonly object LastOfConnection = new();

    /// <summary>Whether this request was signed in here, so that nothing is left to authenticate.</summary>
    public static bool IsDone(HttpContext context) => context.Features.Get<IAuthenticateResultFeature>() is not null;

    public Task InvokeAsync(HttpContext context)
    {
        var token = BearerHeader.Token(context.Request);
        if (token.IsEmpty)
        {
            return next(context);
        }

        var header = context.Request.Headers.Authorization is [{ } only] ? only : null;
        var items = header is not null && HttpProtocol.IsHttp11(context.Request.Protocol)
            ? context.Features.Get<IConnectionItemsFeature>()?.Items
            : null;
        if (items?.TryGetValue(LastOfConnection, out var last) == true
            && last is Last known && ReferenceEquals(known.Header, header) && tokens.IsValid(known.Entry))
        {
            SignIn(context, known.Entry.Result);
            return next(context);
        }

        if (tokens.Find(token) is not { } entry)
        {
            return BearerHeader.AccessToken(context.Request) is null ? VerifyAsync(context) : next(context);
        }

        items?[LastOfConnection] = new Last(header!, entry);
        SignIn(context, entry.Result);
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

    private sealed record Last(string Header, VerifiedTokens.Entry Entry);

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
