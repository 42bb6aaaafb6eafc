using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

public sealed record TokenAnswer(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken)
{
    /// <summary>Excludes the tokens: a record's default ToString prints all members.</summary>
    public override string ToString() => nameof(TokenAnswer);
}

/// <summary>
/// Creates the access tokens that the framework's bearer scheme validates. The framework's own sign-in handler isn't used, because it
/// writes camelCase JSON directly to the response, and its refresh tokens work any number of times.
/// </summary>
public sealed class TokenIssuer(IOptionsMonitor<BearerTokenOptions> options, TimeProvider time)
{
    /// <param name="session">A session of the kind <see cref="SessionKind.Api"/>.</param>
    public TokenAnswer Issue(SignedInSession session)
    {
        var bearer = options.Get(Schemes.Bearer);
        var ticket = new AuthenticationTicket(
            Principals.Of(session, Schemes.Bearer),
            new AuthenticationProperties { ExpiresUtc = time.GetUtcNow() + bearer.BearerTokenExpiration },
            Schemes.Bearer);
        return new TokenAnswer(
            bearer.BearerTokenProtector.Protect(ticket),
            "Bearer",
            (int)bearer.BearerTokenExpiration.TotalSeconds,
            session.RefreshToken ?? throw new ArgumentException("A browser's session has no tokens.", nameof(session)));
    }
}
