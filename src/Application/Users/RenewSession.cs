using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Exchanges a refresh token for a new one. A second use of a token ends its session.</summary>
public sealed record RenewSession(string RefreshToken) : IRequest<SignedInSession>
{
    public override string ToString() => nameof(RenewSession);
}

internal sealed class RenewSessionHandler(IUserSessions sessions) : IRequestHandler<RenewSession, SignedInSession>
{
    public async Task<SignedInSession> Handle(RenewSession request, CancellationToken cancellationToken) =>
        await sessions.RenewAsync(request.RefreshToken, cancellationToken) ?? throw UserRefusals.InvalidToken();
}
