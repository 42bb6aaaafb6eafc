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

    /// <summary>
    /// Selects the language of requests that ask for one. All others run in the process's own cultures, which are the default: setting a
    /// culture costs each request as much as reading its body.
    /// </summary>
    public static void UseLanguages(this IApplicationBuilder app)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentUICulture = Texts.Languages[0];
        app.UseWhen(AsksForOne, branch => branch.UseRequestLocalization());
    }

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

    private static bool AsksForOne(HttpContext context) =>
        context.Request.Headers.AcceptLanguage.Count > 0 || context.Request.Headers.Cookie.Count > 0 || context.Request.Path == "/login";

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
