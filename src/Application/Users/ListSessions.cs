using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>The user's own living sessions, newest first.</summary>
public sealed record ListSessions(PageRequest Page) : IRequest<SessionList>;

public sealed record SessionList(IReadOnlyList<SessionSummary> Sessions, string? NextCursor);

internal sealed class ListSessionsHandler(IUserSessions sessions, ICurrentUser user) : IRequestHandler<ListSessions, SessionList>
{
    public async Task<SessionList> Handle(ListSessions request, CancellationToken cancellationToken)
    {
        var page = await sessions.ListAsync(user.Id ?? "", user.SessionId, request.Page, cancellationToken);
        return new SessionList(page.Items, page.NextCursor);
    }
}
