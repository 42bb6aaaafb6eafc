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

    public static string? UserId(ClaimsPrincipal principal) =>
        principal is TokenPrincipal known ? known.UserId : principal.FindFirstValue(ClaimTypes.NameIdentifier);

    public static string? Email(ClaimsPrincipal principal) =>
        principal is TokenPrincipal known ? known.Email : principal.FindFirstValue(ClaimTypes.Name);

    public static ClaimsPrincipal Nobody() => new(new ClaimsIdentity());

    /// <summary>The session of a principal; null for a token or cookie of an earlier release, which had no sessions.</summary>
    public static SessionReference? Session(ClaimsPrincipal principal) =>
        principal is TokenPrincipal known ? known.Session : Read(principal);

    private static SessionReference? Read(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } user
        && principal.FindFirstValue(ModelOpsClaims.SecurityStamp) is { } stamp
        && Guid.TryParse(principal.FindFirstValue(ModelOpsClaims.SessionId), out var id)
            ? new SessionReference(id, user, stamp)
            : null;

    /// <summary>
    /// The principal of an access token that many requests share: what each of them asks of the claims is read once.
    /// </summary>
    internal sealed class TokenPrincipal(ClaimsPrincipal verified) : ClaimsPrincipal(verified)
    {
        public SessionReference? Session { get; } = Read(verified);

        public string? UserId { get; } = verified.FindFirstValue(ClaimTypes.NameIdentifier);

        public string? Email { get; } = verified.FindFirstValue(ClaimTypes.Name);
    }
}
