using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Removes one of the user's own personal access tokens. It stops working.</summary>
public sealed record DeleteAccessToken(Guid Id) : IRequest;

internal sealed class DeleteAccessTokenHandler(IAccessTokens tokens, ICurrentUser user) : IRequestHandler<DeleteAccessToken>
{
    public async Task<Unit> Handle(DeleteAccessToken request, CancellationToken cancellationToken) =>
        user.Id is { } id && await tokens.DeleteAsync(request.Id, id, cancellationToken)
            ? Unit.Value
            : throw UserRefusals.TokenNotFound();
}
