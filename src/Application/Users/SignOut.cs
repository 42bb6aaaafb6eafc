using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Ends the session of the request, and the one that a given refresh token renews.</summary>
public sealed record SignOut(string? RefreshToken = null) : IRequest
{
    public override string ToString() => nameof(SignOut);
}

internal sealed class SignOutHandler(IUserSessions sessions, ICurrentUser user) : IRequestHandler<SignOut>
{
    public async Task<Unit> Handle(SignOut request, CancellationToken cancellationToken)
    {
        if (user.Id is { } id)
        {
            if (user.SessionId is { } session)
            {
                await sessions.EndAsync(session, id, cancellationToken);
            }

            if (request.RefreshToken is { } token)
            {
                await sessions.EndByRefreshTokenAsync(token, id, cancellationToken);
            }
        }

        return Unit.Value;
    }
}
