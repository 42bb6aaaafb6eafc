using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.Controllers;
using ModelOps.Application;

namespace ModelOps.WebApi.Errors;

/// <summary>Shows a problem as a short HTML page to a browser's user.</summary>
internal static class ErrorPage
{
    private const string SignInPath = "/login";

    /// <summary>
    /// Whether a browser requested a page or sent one of our forms, so that the response should be a page or a redirect to the sign-in
    /// page.
    /// </summary>
    public static bool IsPage(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || HttpMethods.IsPost(context.Request.Method))
        && context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is null
        && !context.Request.Headers.ContainsKey("Authorization")
        && context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = SecurityHeaders.Page;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        // Somebody whose sign-in failed has no overview yet.
        var home = context.Request.PathBase;
        var (address, link) = context.Request.Path.StartsWithSegments(SignInPath)
            ? (home.Add(SignInPath), Texts.Say($"To the sign-in page"))
            : (home.Add("/"), Texts.Say($"To the overview"));
        var encoder = HtmlEncoder.Default;
        return response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="{CultureInfo.CurrentUICulture.TwoLetterISOLanguageName}" data-theme="auto">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>ModelOps · {problem.Status}</title>
              <link rel="icon" type="image/svg+xml" href="{home}/favicon.svg">
              <link rel="stylesheet" href="{home}/dashboard.css">
            </head>
            <body>
              <main class="bare">
                <div class="card sign-in">
                  <h1>ModelOps</h1>
                  <p>{encoder.Encode(Texts.Say(problem.Detail))}</p>
                  <p><a href="{address}">{encoder.Encode(link)}</a></p>
                </div>
              </main>
            </body>
            </html>
            """,
            context.RequestAborted);
    }
}
