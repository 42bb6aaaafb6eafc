using System.Globalization;
using Microsoft.AspNetCore.Localization;
using ModelOps.Application;

namespace ModelOps.WebApi;

/// <summary>
/// Selects a response's language: the dashboard's cookie, else the best match of <c>Accept-Language</c>, else English. The formatting
/// culture stays invariant, so that numbers and dates on the wire don't depend on the language.
/// </summary>
internal static class Languages
{
    public const string Cookie = "modelops.language";

    public static IServiceCollection AddLanguages(this IServiceCollection services) => services.AddRequestLocalization(options =>
    {
        options.DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture, Texts.Languages[0]);
        options.SupportedCultures = [CultureInfo.InvariantCulture];
        options.SupportedUICultures = [.. Texts.Languages];
        options.RequestCultureProviders =
        [
            new ChosenLanguage(),
            new AcceptLanguageHeaderRequestCultureProvider { MaximumAcceptLanguageHeaderValuesToTry = 10 },
        ];
    });

    /// <summary>Reads the language from the query (the sign-in page's links work without a script) or from the cookie.</summary>
    private sealed class ChosenLanguage : RequestCultureProvider
    {
        public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
        {
            var chosen = httpContext.Request.Path == "/login" ? httpContext.Request.Query["language"].ToString() : "";
            chosen = chosen.Length > 0 ? chosen : httpContext.Request.Cookies[Cookie] ?? "";
            return Task.FromResult(Texts.Languages.Any(l => l.Name == chosen) ? new ProviderCultureResult("", chosen) : null);
        }
    }
}
