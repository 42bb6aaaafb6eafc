using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>When one's own session ends unless it is used; null if it has ended.</summary>
public sealed record GetSessionEnd : IRequest<DateTime?>;

internal sealed class GetSessionEndHandler(IUserSessions sessions, ICurrentUser user) : IRequestHandler<GetSessionEnd, DateTime?>
{
    public async Task<DateTime?> Handle(GetSessionEnd request, CancellationToken cancellationToken) =>
        user is { SessionId: { } session, Id: { } id } ? await sessions.FindEndAsync(session, id, cancellationToken) : null;
}
