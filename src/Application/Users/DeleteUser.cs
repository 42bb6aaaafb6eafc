using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Deletes an account. Records of its actions are kept under its e-mail address.</summary>
public sealed record DeleteUser(string Id) : IRequest;

internal sealed class DeleteUserHandler(IUserAccounts accounts) : IRequestHandler<DeleteUser>
{
    public async Task<Unit> Handle(DeleteUser request, CancellationToken cancellationToken)
    {
        await accounts.DeleteAsync(request.Id, cancellationToken);
        return Unit.Value;
    }
}
