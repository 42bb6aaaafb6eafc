using System.Security.Claims;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>A valid session or personal access token.</summary>
internal abstract record Credential
{
    public sealed record Session(SessionStanding Standing) : Credential;

    public sealed record Token(TokenStanding Standing, string Text) : Credential
    {
        public override string ToString() => nameof(Token);
    }
}

/// <summary>Checks the session or personal access token that a principal names. Cheap enough for every request.</summary>
internal sealed class Credentials(IStandings standings)
{
    private readonly Func<SessionReference, CancellationToken, ValueTask<SessionStanding?>> _check = standings.CheckAsync;
    private readonly Func<SessionReference, CancellationToken, ValueTask<SessionStanding?>> _watch = standings.WatchAsync;

    /// <summary>Returns null if the session or token isn't valid any more.</summary>
    public ValueTask<Credential?> CheckAsync(ClaimsPrincipal principal, CancellationToken cancellationToken) =>
        CheckAsync(principal, _check, cancellationToken);

    /// <summary>As <see cref="CheckAsync"/>, for a request that goes on; see <see cref="IStandings.WatchAsync"/>.</summary>
    public ValueTask<Credential?> WatchAsync(ClaimsPrincipal principal, CancellationToken cancellationToken) =>
        CheckAsync(principal, _watch, cancellationToken);

    private async ValueTask<Credential?> CheckAsync(
        ClaimsPrincipal principal,
        Func<SessionReference, CancellationToken, ValueTask<SessionStanding?>> check,
        CancellationToken cancellationToken)
    {
        if (principal is not Principals.TokenPrincipal && principal.FindFirstValue(ModelOpsClaims.AccessToken) is { } token)
        {
            return await standings.CheckAsync(token, cancellationToken) is { } standing ? new Credential.Token(standing, token) : null;
        }

        return Principals.Session(principal) is { } session && await check(session, cancellationToken) is { } current
            ? new Credential.Session(current)
            : null;
    }
}
