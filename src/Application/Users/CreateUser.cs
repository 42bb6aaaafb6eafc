using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users.Passwords;

namespace ModelOps.Application.Users;

/// <summary>Creates an account.</summary>
public sealed record CreateUser(string Email, string Password, string Role) : IRequest<UserSummary>
{
    /// <summary>Excludes the password: a record's default ToString prints all members.</summary>
    public override string ToString() => nameof(CreateUser);
}

internal sealed class CreateUserValidator : AbstractValidator<CreateUser>
{
    public CreateUserValidator()
    {
        RuleFor(r => r.Email).MustBeEmail();
        RuleFor(r => r.Password).NewPassword(r => r.Email);
        RuleFor(r => r.Role).Must(UserRoles.All.Contains).WithMessage(_ => RoleMessage);
    }

    internal static string RoleMessage => Texts.Say($"must be {UserRoles.Admin}, {UserRoles.Clinician} or {UserRoles.User}.");
}

internal sealed class CreateUserHandler(IUserAccounts accounts) : IRequestHandler<CreateUser, UserSummary>
{
    public Task<UserSummary> Handle(CreateUser request, CancellationToken cancellationToken) =>
        accounts.CreateAsync(request.Email, request.Password, request.Role, cancellationToken);
}
