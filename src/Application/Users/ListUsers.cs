using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Accounts in the order of their e-mail addresses.</summary>
public sealed record ListUsers(PageRequest Page) : IRequest<UserList>;

public sealed record UserList(IReadOnlyList<UserSummary> Users, string? NextCursor);

internal sealed class ListUsersHandler(IUserAccounts accounts) : IRequestHandler<ListUsers, UserList>
{
    public async Task<UserList> Handle(ListUsers request, CancellationToken cancellationToken)
    {
        var page = await accounts.ListAsync(request.Page, cancellationToken);
        return new UserList(page.Items, page.NextCursor);
    }
}
