using System.Security.Claims;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// The request's user; or, where there is no request (a command sent from a dashboard circuit), the one that
/// <see cref="Use"/> was told.
/// </summary>
internal sealed class CurrentUser(IHttpContextAccessor accessor) : ICurrentUser
{
    private ClaimsPrincipal? _told;

    public string? Email => Principal?.FindFirstValue(ClaimTypes.Name);

    public IReadOnlyList<string> Roles => Principal?.FindAll(ClaimTypes.Role).Select(c => c.Value).ToArray() ?? [];

    private ClaimsPrincipal? Principal => _told ?? accessor.HttpContext?.User;

    /// <summary>A circuit's HttpContext is the one that opened its socket long ago, so its user must be told.</summary>
    public void Use(ClaimsPrincipal principal) => _told = principal;
}
