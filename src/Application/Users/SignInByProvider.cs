using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Users;

/// <summary>Begins a browser's session for a person whom the hospital's sign-in has identified.</summary>
public sealed record SignInByProvider(ProviderIdentity Identity, SessionClient Client) : IRequest<SignedInSession>
{
    public override string ToString() => nameof(SignInByProvider);
}

internal sealed class SignInByProviderHandler(SignInSettings settings, IUserAccounts accounts, IUserSessions sessions)
    : IRequestHandler<SignInByProvider, SignedInSession>
{
    public async Task<SignedInSession> Handle(SignInByProvider request, CancellationToken cancellationToken)
    {
        var identity = request.Identity;
        if (!IsPossibleId(identity.Issuer) || !IsPossibleId(identity.Subject))
        {
            throw ProviderRefusals.SignInFailed();
        }

        if (settings.Provider?.RoleOf(identity.Roles) is not { } role)
        {
            await accounts.EndProviderSessionsAsync(identity.Issuer, identity.Subject, cancellationToken);
            throw ProviderRefusals.NoRole();
        }

        if (identity.Email is not { } email || !new UsableEmail().Validate(email).IsValid)
        {
            throw ProviderRefusals.NoEmail();
        }

        if (identity.IsEmailUnverified)
        {
            throw ProviderRefusals.EmailNotVerified();
        }

        var user = await accounts.OfProviderAsync(
            identity.Issuer, identity.Subject, Emails.Normalize(email)!, role, cancellationToken);
        return await sessions.StartAsync(user, SessionKind.Browser, request.Client, cancellationToken)
            ?? throw ProviderRefusals.SignInFailed();
    }

    private static bool IsPossibleId(string id) => id.Length is > 0 and <= ProviderIdentity.MaxId && !id.Any(char.IsControl);

    private sealed class UsableEmail : AbstractValidator<string>
    {
        public UsableEmail() => RuleFor(email => email).MustBeEmail();
    }
}
