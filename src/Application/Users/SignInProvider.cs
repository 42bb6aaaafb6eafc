namespace ModelOps.Application.Users;

/// <summary>The ways to sign in.</summary>
/// <param name="Provider">The hospital's own sign-in; null if there is none.</param>
public sealed record SignInSettings(SignInProvider? Provider)
{
    /// <summary>Whether accounts may sign in with a password.</summary>
    public bool AllowsPasswords => Provider is not { Only: true };
}

/// <summary>The hospital's own sign-in, which ModelOps uses by OpenID Connect.</summary>
public sealed record SignInProvider
{
    /// <summary>The name on the sign-in page's button; null for a general one in the reader's language.</summary>
    public required string? Name { get; init; }

    /// <summary>The issuer's address. <c>/.well-known/openid-configuration</c> under it is the provider's metadata.</summary>
    public required Uri Authority { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Null for a client without a secret.</summary>
    public required string? ClientSecret { get; init; }

    /// <summary>The requested scopes. The first one is <c>openid</c>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The claim with the person's roles or groups.</summary>
    public required string RoleClaim { get; init; }

    /// <summary>The claim with the person's e-mail address.</summary>
    public required string EmailClaim { get; init; }

    /// <summary>The values of <see cref="RoleClaim"/> that mean a role, by role.</summary>
    public required IReadOnlyDictionary<string, IReadOnlySet<string>> Roles { get; init; }

    /// <summary>Whether the hospital's sign-in is the only way to sign in.</summary>
    public required bool Only { get; init; }

    /// <summary>The highest role that one of the claim's values means; null if none of them means a role.</summary>
    public string? RoleOf(IEnumerable<string> values) =>
        UserRoles.All.FirstOrDefault(role => Roles.TryGetValue(role, out var meaning) && meaning.Overlaps(values));

    /// <summary>Excludes the secret: a record's default ToString prints all members.</summary>
    public override string ToString() => nameof(SignInProvider);
}

/// <summary>A person as the hospital's sign-in describes them.</summary>
/// <param name="Issuer">The provider that identified the person.</param>
/// <param name="Subject">The person's id, unique for the issuer and never reassigned.</param>
/// <param name="Email">Null if the provider names none.</param>
/// <param name="IsEmailUnverified">Whether the provider says that it hasn't verified the e-mail address.</param>
/// <param name="Roles">The values of the role claim.</param>
public sealed record ProviderIdentity(
    string Issuer, string Subject, string? Email, bool IsEmailUnverified, IReadOnlyCollection<string> Roles)
{
    /// <summary>Longest issuer and subject. OpenID Connect limits the subject to it.</summary>
    public const int MaxId = 255;

    public override string ToString() => nameof(ProviderIdentity);
}
