using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>
/// Gives an account a one-time password, ends its sessions and its locks. The one-time password is valid for
/// <see cref="UserLimits.OneTimePasswordHours"/> and must be changed at the sign-in.
/// </summary>
public sealed record ResetPassword(string Id) : IRequest<OneTimePassword>;

internal sealed class ResetPasswordHandler(IUserAccounts accounts) : IRequestHandler<ResetPassword, OneTimePassword>
{
    public async Task<OneTimePassword> Handle(ResetPassword request, CancellationToken cancellationToken) =>
        new(await accounts.ResetPasswordAsync(request.Id, cancellationToken));
}
