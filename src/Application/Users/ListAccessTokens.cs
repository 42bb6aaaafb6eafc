using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>The user's own personal access tokens, newest first.</summary>
public sealed record ListAccessTokens(PageRequest Page) : IRequest<AccessTokenList>;

public sealed record AccessTokenList(IReadOnlyList<AccessTokenSummary> Tokens, string? NextCursor);

internal sealed class ListAccessTokensHandler(IAccessTokens tokens, ICurrentUser user) : IRequestHandler<ListAccessTokens, AccessTokenList>
{
    public async Task<AccessTokenList> Handle(ListAccessTokens request, CancellationToken cancellationToken)
    {
        var page = await tokens.ListAsync(user.Id ?? "", request.Page, cancellationToken);
        return new AccessTokenList(page.Items, page.NextCursor);
    }
}
