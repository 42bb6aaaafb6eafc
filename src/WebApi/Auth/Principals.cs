using System.Security.Claims;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>Creates the principals of sessions, for both access tokens and cookies, and of personal access tokens.</summary>
internal static class Principals
{
    public static ClaimsPrincipal Of(SignedInSession session, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, session.User.Id),
            new Claim(ClaimTypes.Name, session.User.Email),
            new Claim(ModelOpsClaims.SecurityStamp, session.User.SecurityStamp),
            new Claim(ModelOpsClaims.SessionId, session.Id.ToString()),
            .. session.User.Roles.Select(role => new Claim(ClaimTypes.Role, role)),
        ],
        scheme,
        ClaimTypes.Name,
        ClaimTypes.Role));

    /// <summary>The principal of a personal access token.</summary>
    /// <param name="text">The token itself, so that a long request can be checked again.</param>
    public static ClaimsPrincipal Of(TokenStanding token, string text) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, token.UserId),
            new Claim(ClaimTypes.Name, token.Email),
            new Claim(ClaimTypes.Role, token.Role),
            new Claim(ModelOpsClaims.AccessToken, text),
        ],
        Schemes.AccessToken,
        ClaimTypes.Name,
        ClaimTypes.Role));

    public static ClaimsPrincipal Nobody() => new(new ClaimsIdentity());

    /// <summary>The session of a principal; null for a token or cookie of an earlier release, which had no sessions.</summary>
    public static SessionReference? Session(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } user
        && principal.FindFirstValue(ModelOpsClaims.SecurityStamp) is { } stamp
        && Guid.TryParse(principal.FindFirstValue(ModelOpsClaims.SessionId), out var id)
            ? new SessionReference(id, user, stamp)
            : null;
}
