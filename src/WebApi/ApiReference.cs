using ModelOps.WebApi.Errors;
using Scalar.AspNetCore;

namespace ModelOps.WebApi;

/// <summary>
/// The API reference for developers (Scalar). What would send something to other hosts is off: the assistant, the link to a web client,
/// telemetry and fonts. The policy of its pages would refuse it, too.
/// </summary>
internal static class ApiReference
{
    /// <summary>Hides what has no option: the button "Generate SDK" and the link to the product's own site.</summary>
    private const string HideOutward =
        ".generate-sdk-button, button.text-c-1[aria-haspopup='dialog'], a[href^='https://scalar.com'] { display: none !important; }";

    public static void MapApiReference(this IEndpointRouteBuilder endpoints, string address) => endpoints
        .MapScalarApiReference(address, options => options
            .DisableDefaultFonts()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .HideClientButton()
            .HideDeveloperTools()
            .WithCustomCss(HideOutward)
            .WithNonce())
        .WithMetadata(new ContentPolicy(context =>
            context.Items[ScalarOptions.NonceHttpContextItemKey] is string nonce ? SecurityHeaders.PageWith(nonce) : SecurityHeaders.Page))
        .AllowAnonymous();
}
