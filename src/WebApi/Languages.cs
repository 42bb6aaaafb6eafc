using System.Globalization;
using Microsoft.AspNetCore.Localization;
using ModelOps.Application;

namespace ModelOps.WebApi;

/// <summary>
/// Which language an answer is in: the one chosen in the dashboard (a cookie), else the best of <c>Accept-Language</c>, else English.
/// Only words follow it. Numbers and dates on the wire look the same for everybody, so the formatting culture stays invariant.
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

    /// <summary>The sign-in page's link, which has no script to write a cookie with, or what that cookie says.</summary>
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
