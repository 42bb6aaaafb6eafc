using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Looks whether somebody who signed in earlier may go on. Id and stamp come from a token of ours, checked before.</summary>
public sealed record RenewSignIn(string UserId, string SecurityStamp) : IRequest<SignedInUser>
{
    public override string ToString() => nameof(RenewSignIn);
}

internal sealed class RenewSignInHandler(IUserAccounts accounts) : IRequestHandler<RenewSignIn, SignedInUser>
{
    public async Task<SignedInUser> Handle(RenewSignIn request, CancellationToken cancellationToken) =>
        await accounts.FindForRenewalAsync(request.UserId, request.SecurityStamp, cancellationToken) ?? throw UserRefusals.InvalidToken();
}
