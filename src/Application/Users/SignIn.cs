using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Checks an e-mail and a password.</summary>
public sealed record SignIn(string Email, string Password) : IRequest<SignedInUser>
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

internal sealed class SignInHandler(IUserAccounts accounts) : IRequestHandler<SignIn, SignedInUser>
{
    public async Task<SignedInUser> Handle(SignIn request, CancellationToken cancellationToken) =>
        await accounts.CheckPasswordAsync(request.Email, request.Password, cancellationToken) ?? throw UserRefusals.InvalidCredentials();
}
