using System.Security.Claims;
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
/// Creates the tokens that the framework's bearer scheme validates. The framework's own sign-in handler isn't used, because it writes
/// camelCase JSON directly to the response.
/// </summary>
public sealed class TokenIssuer(IOptionsMonitor<BearerTokenOptions> options, TimeProvider time)
{
    private BearerTokenOptions Options => options.Get(Schemes.Bearer);

    public TokenAnswer Issue(SignedInUser user)
    {
        var principal = Principals.Of(user, Schemes.Bearer);
        return new TokenAnswer(
            Options.BearerTokenProtector.Protect(Ticket(principal, Options.BearerTokenExpiration)),
            "Bearer",
            (int)Options.BearerTokenExpiration.TotalSeconds,
            Options.RefreshTokenProtector.Protect(Ticket(principal, Options.RefreshTokenExpiration)));
    }

    /// <summary>Returns the account of a refresh token; null if the token is invalid, expired, or an access token.</summary>
    public (string Id, string Stamp)? ReadRefreshToken(string token)
    {
        var ticket = Options.RefreshTokenProtector.Unprotect(token);
        return ticket?.Properties.ExpiresUtc > time.GetUtcNow() ? Principals.Session(ticket.Principal) : null;
    }

    private AuthenticationTicket Ticket(ClaimsPrincipal principal, TimeSpan lifetime) => new(
        principal, new AuthenticationProperties { ExpiresUtc = time.GetUtcNow() + lifetime }, Schemes.Bearer);
}
