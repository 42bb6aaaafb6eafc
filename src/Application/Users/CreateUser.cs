using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;

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
        RuleFor(r => r.Email).Cascade(CascadeMode.Stop).NotEmpty().MaximumLength(UserLimits.MaxEmail).EmailAddress()
            .Must(email => !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
                .WithMessage(_ => Texts.Say($"must not hold blanks."));
        RuleFor(r => r.Password).Cascade(CascadeMode.Stop).NotEmpty()
            .MinimumLength(UserLimits.MinPassword).MaximumLength(UserLimits.MaxPassword);
        RuleFor(r => r.Role).Must(UserRoles.All.Contains).WithMessage(_ => RoleMessage);
    }

    internal static string RoleMessage => Texts.Say($"must be {UserRoles.Admin} or {UserRoles.User}.");
}

internal sealed class CreateUserHandler(IUserAccounts accounts) : IRequestHandler<CreateUser, UserSummary>
{
    public Task<UserSummary> Handle(CreateUser request, CancellationToken cancellationToken) =>
        accounts.CreateAsync(request.Email, request.Password, request.Role, cancellationToken);
}
