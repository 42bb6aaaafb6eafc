using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Creates a personal access token of the user.</summary>
/// <param name="Role">The user's own role if omitted; at most that.</param>
/// <param name="Scopes">Limits the token to these of <see cref="TokenScopes"/>.</param>
public sealed record CreateAccessToken(string Name, DateTime ExpiresAt, string? Role = null, IReadOnlyList<string>? Scopes = null)
    : IRequest<CreatedAccessToken>;

internal sealed class CreateAccessTokenValidator : AbstractValidator<CreateAccessToken>
{
    public CreateAccessTokenValidator(ICurrentUser user, TimeProvider time)
    {
        RuleFor(r => r.Name).Cascade(CascadeMode.Stop).NotEmpty().MaximumLength(AccessTokenLimits.MaxName)
            .Must(name => !name.Any(char.IsControl)).WithMessage(_ => Texts.Say($"must not hold control characters."));
        RuleFor(r => r.ExpiresAt).Must(at => at > Now(time) && at <= Now(time).AddDays(AccessTokenLimits.MaxDays))
            .WithMessage(_ => Texts.Say($"must lie in the future, at most a year ahead."));
        RuleFor(r => r.Role).Cascade(CascadeMode.Stop)
            .Must(role => UserRoles.All.Contains(role!)).WithMessage(_ => CreateUserValidator.RoleMessage)
            .Must(role => user.Roles.Any(own => UserRoles.IsAtMost(role!, own)))
                .WithMessage(_ => Texts.Say($"must be at most your own role."))
            .When(r => r.Role is not null);
        RuleFor(r => r.Scopes)
            .Must(scopes => scopes!.Count > 0 && scopes.All(TokenScopes.All.Contains) && scopes.Distinct().Count() == scopes.Count)
            .WithMessage(_ => Texts.Say($"must be some of {string.Join(", ", TokenScopes.All)}, each at most once; or leave them out."))
            .When(r => r.Scopes is not null);
    }

    private static DateTime Now(TimeProvider time) => time.GetUtcNow().UtcDateTime;
}

internal sealed class CreateAccessTokenHandler(IAccessTokens tokens, ICurrentUser user)
    : IRequestHandler<CreateAccessToken, CreatedAccessToken>
{
    public Task<CreatedAccessToken> Handle(CreateAccessToken request, CancellationToken cancellationToken) =>
        user is { Id: { } id, SessionId: not null }
            ? tokens.CreateAsync(
                id, request.Name, request.Role ?? user.Roles[0], request.Scopes, request.ExpiresAt, cancellationToken)
            : throw UserRefusals.SessionRequired();
}
