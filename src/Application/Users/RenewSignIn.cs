using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>
/// Checks whether a signed-in user's session is still valid. The caller has validated the token from which id and stamp come.
/// </summary>
public sealed record RenewSignIn(string UserId, string SecurityStamp) : IRequest<SignedInUser>
{
    public override string ToString() => nameof(RenewSignIn);
}

internal sealed class RenewSignInHandler(IUserAccounts accounts) : IRequestHandler<RenewSignIn, SignedInUser>
{
    public async Task<SignedInUser> Handle(RenewSignIn request, CancellationToken cancellationToken) =>
        await accounts.FindForRenewalAsync(request.UserId, request.SecurityStamp, cancellationToken) ?? throw UserRefusals.InvalidToken();
}
