using System.Security.Claims;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// The request's user. Commands from a dashboard circuit have no request; there it is the user passed to <see cref="Use"/>.
/// </summary>
internal sealed class CurrentUser(IHttpContextAccessor accessor) : ICurrentUser
{
    private ClaimsPrincipal? _told;

    public string? Id => Principal is { } principal ? Principals.UserId(principal) : null;

    public Guid? SessionId => Principal is { } principal ? Principals.Session(principal)?.Id : null;

    public string? Email => Principal is { } principal ? Principals.Email(principal) : null;

    public IReadOnlyList<string> Roles => Principal?.FindAll(ClaimTypes.Role).Select(c => c.Value).ToArray() ?? [];

    private ClaimsPrincipal? Principal => _told ?? accessor.HttpContext?.User;

    /// <summary>
    /// Sets the user of a circuit. A circuit's HttpContext belongs to the request that opened its connection and may be outdated.
    /// </summary>
    public void Use(ClaimsPrincipal principal) => _told = principal;
}
