using System.Security.Claims;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// The user of a request or of a command from the dashboard, as <see cref="CredentialCheck"/> or the dashboard has checked it. Nobody
/// until then.
/// </summary>
/// <remarks>
/// It doesn't ask <see cref="IHttpContextAccessor"/>: where that is registered, the framework can't reuse a request's objects and carries
/// the request through every continuation.
/// </remarks>
internal sealed class CurrentUser : ICurrentUser
{
    private ClaimsPrincipal? _principal;

    public string? Id => _principal is null ? null : Principals.UserId(_principal);

    public Guid? SessionId => _principal is null ? null : Principals.Session(_principal)?.Id;

    public string? Email => _principal is null ? null : Principals.Email(_principal);

    public IReadOnlyList<string> Roles => _principal?.FindAll(ClaimTypes.Role).Select(c => c.Value).ToArray() ?? [];

    public void Use(ClaimsPrincipal principal) => _principal = principal;
}
