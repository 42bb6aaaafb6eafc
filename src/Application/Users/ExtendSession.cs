using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Lets one's own browser session last longer. The answer is its new end; null if it has ended.</summary>
public sealed record ExtendSession : IRequest<DateTime?>;

internal sealed class ExtendSessionHandler(IUserSessions sessions, ICurrentUser user) : IRequestHandler<ExtendSession, DateTime?>
{
    public async Task<DateTime?> Handle(ExtendSession request, CancellationToken cancellationToken) =>
        user is { SessionId: { } session, Id: { } id } ? await sessions.ExtendAsync(session, id, cancellationToken) : null;
}
