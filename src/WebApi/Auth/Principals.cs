using System.Security.Claims;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>Creates the principal of an account, for both tokens and session cookies.</summary>
internal static class Principals
{
    public static ClaimsPrincipal Of(SignedInUser user, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, user.Id),
            new Claim(ClaimTypes.Name, user.Email),
            new Claim(ModelOpsClaims.SecurityStamp, user.SecurityStamp),
            .. user.Roles.Select(role => new Claim(ClaimTypes.Role, role)),
        ],
        scheme,
        ClaimTypes.Name,
        ClaimTypes.Role));

    public static ClaimsPrincipal Nobody() => new(new ClaimsIdentity());

    public static (string Id, string Stamp)? Session(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
        && principal.FindFirstValue(ModelOpsClaims.SecurityStamp) is { } stamp
            ? (id, stamp)
            : null;
}
