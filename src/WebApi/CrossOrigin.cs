using Microsoft.Net.Http.Headers;

namespace ModelOps.WebApi;

/// <summary>
/// Lets pages of other sites call the HTTP interface (CORS), where the operator names these sites. They sign in with a token: the session
/// cookie is never accepted from another site.
/// </summary>
internal static class CrossOrigin
{
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    /// <param name="origins">Origins such as <c>https://portal.example.org</c>; none by default.</param>
    public static IServiceCollection AddCrossOrigin(this IServiceCollection services, IReadOnlyList<string> origins) =>
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. origins])
            .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
            .WithHeaders(
                HeaderNames.Accept, HeaderNames.AcceptLanguage, HeaderNames.Authorization, HeaderNames.CacheControl,
                HeaderNames.ContentType, HeaderNames.IfNoneMatch, "Idempotency-Key", "Last-Event-ID", "Prefer")
            .WithExposedHeaders(
                HeaderNames.ContentDisposition, HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter,
                HeaderNames.WWWAuthenticate, "Preference-Applied")
            .SetPreflightMaxAge(PreflightAge)));
}
