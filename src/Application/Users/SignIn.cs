using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Checks an e-mail and a password, and begins a session.</summary>
public sealed record SignIn(string Email, string Password, SessionKind Kind, SessionClient Client) : IRequest<SignedInSession>
{
    /// <summary>Excludes the password: a record's default ToString prints all members.</summary>
    public override string ToString() => nameof(SignIn);
}

internal sealed class SignInValidator : AbstractValidator<SignIn>
{
    public SignInValidator()
    {
        RuleFor(r => r.Email).NotEmpty().MaximumLength(UserLimits.MaxEmail);
        RuleFor(r => r.Password).NotEmpty().MaximumLength(UserLimits.MaxPassword);
    }
}

internal sealed class SignInHandler(SignInSettings settings, IUserAccounts accounts, IUserSessions sessions)
    : IRequestHandler<SignIn, SignedInSession>
{
    public async Task<SignedInSession> Handle(SignIn request, CancellationToken cancellationToken)
    {
        if (!settings.AllowsPasswords)
        {
            throw ProviderRefusals.PasswordsOff();
        }

        var user = await accounts.CheckPasswordAsync(request.Email, request.Password, request.Client.Address, cancellationToken)
            ?? throw UserRefusals.InvalidCredentials();
        return await sessions.StartAsync(user, request.Kind, request.Client, cancellationToken) ?? throw UserRefusals.InvalidCredentials();
    }
}
