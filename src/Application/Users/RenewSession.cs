using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Exchanges a refresh token for a new one. A second use of a token ends its session.</summary>
public sealed record RenewSession(string RefreshToken) : IRequest<SignedInSession>
{
    public override string ToString() => nameof(RenewSession);
}

internal sealed class RenewSessionHandler(SignInSettings settings, IUserSessions sessions)
    : IRequestHandler<RenewSession, SignedInSession>
{
    /// <summary>Every session with a refresh token began with a password, so none goes on where passwords are switched off.</summary>
    public async Task<SignedInSession> Handle(RenewSession request, CancellationToken cancellationToken) => settings.AllowsPasswords
        ? await sessions.RenewAsync(request.RefreshToken, cancellationToken) ?? throw UserRefusals.InvalidToken()
        : throw ProviderRefusals.PasswordsOff();
}
