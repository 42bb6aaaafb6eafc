using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Grants at once what only asks for a signed-in user or for a role that the user has; nearly every request does. The framework decides
/// about everything else: each refusal, and every policy with another kind of requirement.
/// </summary>
internal sealed class PlainPolicies(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    private static readonly Task<PolicyAuthorizationResult> Granted = Task.FromResult(PolicyAuthorizationResult.Success());

    public override Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
    {
        for (var i = 0; i < policy.Requirements.Count; i++)
        {
            if (context.User.Identity is not { IsAuthenticated: true } || !IsMet(policy.Requirements[i], context))
            {
                return base.AuthorizeAsync(policy, authenticationResult, context, resource);
            }
        }

        return Granted;
    }

    private static bool IsMet(IAuthorizationRequirement requirement, HttpContext context) => requirement switch
    {
        DenyAnonymousAuthorizationRequirement => true,
        RolesAuthorizationRequirement roles => roles.AllowedRoles.Any(context.User.IsInRole),
        _ => false,
    };
}
