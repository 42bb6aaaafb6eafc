using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users.Passwords;

namespace ModelOps.Application.Users;

/// <summary>Changes the user's own password. All other sessions of the user end; the session of the request goes on.</summary>
public sealed record ChangePassword(string Current, string New) : IRequest
{
    /// <summary>Excludes the passwords: a record's default ToString prints all members.</summary>
    public override string ToString() => nameof(ChangePassword);
}

internal sealed class ChangePasswordValidator : AbstractValidator<ChangePassword>
{
    public ChangePasswordValidator(ICurrentUser user)
    {
        RuleFor(r => r.Current).NotEmpty().MaximumLength(UserLimits.MaxPassword);
        RuleFor(r => r.New).NewPassword(_ => user.Email ?? "");
        RuleFor(r => r.New).NotEqual(r => r.Current).WithMessage(_ => Texts.Say($"must be another one than the current password."));
    }
}

internal sealed class ChangePasswordHandler(IUserAccounts accounts, ICurrentUser user) : IRequestHandler<ChangePassword>
{
    public async Task<Unit> Handle(ChangePassword request, CancellationToken cancellationToken)
    {
        if (user is not { Id: { } id, SessionId: { } session })
        {
            throw UserRefusals.SessionRequired();
        }

        return await accounts.ChangePasswordAsync(id, session, request.Current, request.New, cancellationToken)
            ? Unit.Value
            : throw InvalidRequest.Refusal("current", Texts.Say($"is wrong, or there were too many wrong tries in the last minutes."));
    }
}
