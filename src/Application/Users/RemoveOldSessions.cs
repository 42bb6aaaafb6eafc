using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Removes the rows of ended sessions, and forgets old addresses and counters of wrong passwords.</summary>
/// <param name="KeepDays">Days after a session's end at which its row is removed.</param>
public sealed record RemoveOldSessions(int KeepDays) : IRequest<int>;

internal sealed class RemoveOldSessionsHandler(IUserSessions sessions) : IRequestHandler<RemoveOldSessions, int>
{
    public Task<int> Handle(RemoveOldSessions request, CancellationToken cancellationToken) =>
        sessions.RemoveOldAsync(request.KeepDays, cancellationToken);
}
