namespace ModelOps.WebApi.Auth;

/// <summary>
/// The scopes of personal access tokens that include this endpoint; one of them suffices. An endpoint without this attribute is denied
/// to tokens with scopes. The role is checked as well.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TokenScopeAttribute(params string[] scopes) : Attribute
{
    public IReadOnlyList<string> Scopes { get; } = scopes;
}

/// <summary>The endpoint is denied to every personal access token: only somebody who has signed in may use it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SessionOnlyAttribute : Attribute;

/// <summary>The endpoint is open to somebody who signed in with a one-time password and hasn't changed it yet.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
internal sealed class BeforePasswordChangeAttribute : Attribute;
