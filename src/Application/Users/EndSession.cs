using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Ends one of the user's own sessions. Its cookie, access tokens and refresh token stop working.</summary>
public sealed record EndSession(Guid Id) : IRequest;

internal sealed class EndSessionHandler(IUserSessions sessions, ICurrentUser user) : IRequestHandler<EndSession>
{
    public async Task<Unit> Handle(EndSession request, CancellationToken cancellationToken) =>
        user.Id is { } id && await sessions.EndAsync(request.Id, id, cancellationToken)
            ? Unit.Value
            : throw UserRefusals.SessionNotFound();
}
