using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>The changes to an account. An omitted member stays unchanged.</summary>
public sealed record UserChange(string? Role = null, bool? Disabled = null);

/// <summary>Changes an account's role, or disables the account and keeps its history.</summary>
public sealed record ChangeUser(string Id, string? Role, bool? Disabled) : IRequest<UserSummary>;

internal sealed class ChangeUserValidator : AbstractValidator<ChangeUser>
{
    public ChangeUserValidator()
    {
        RuleFor(r => r.Role).Must(role => UserRoles.All.Contains(role!)).When(r => r.Role is not null)
            .WithMessage(_ => CreateUserValidator.RoleMessage);
        RuleFor(r => r.Role).NotNull().When(r => r.Disabled is null).WithMessage(_ => Texts.Say($"is required unless disabled is given."));
    }
}

internal sealed class ChangeUserHandler(IUserAccounts accounts) : IRequestHandler<ChangeUser, UserSummary>
{
    public Task<UserSummary> Handle(ChangeUser request, CancellationToken cancellationToken) =>
        accounts.ChangeAsync(request.Id, request.Role, request.Disabled, cancellationToken);
}
