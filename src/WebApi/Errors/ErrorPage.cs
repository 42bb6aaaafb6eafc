using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc.Controllers;
using ModelOps.Application;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Errors;

/// <summary>Shows a problem to a browser's user as a short HTML page, which says what to do in their language and colours.</summary>
internal static class ErrorPage
{
    private const string SignInPath = "/login";

    /// <summary>What a form can send (HTML standard, <c>enctype</c>). The request's own check of forms throws for a stale token.</summary>
    private static readonly string[] FormTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    /// <summary>
    /// Whether a browser navigates: it asks for HTML, and sends what a link or a form can send. Whoever sends credentials in
    /// <c>Authorization</c>, or JSON, is a program and gets a problem in JSON.
    /// </summary>
    public static bool IsWanted(HttpContext context) =>
        IsLinkOrForm(context.Request)
        && !context.Request.Headers.ContainsKey("Authorization")
        && context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a browser navigates to a page of the dashboard. Who isn't signed in is then sent to the sign-in page.</summary>
    public static bool IsPage(HttpContext context) =>
        IsWanted(context) && context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is null;

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = SecurityHeaders.Page;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        var home = context.Request.PathBase;
        var encoder = HtmlEncoder.Default;
        var mistakes = string.Concat((problem.Errors ?? new Dictionary<string, string[]>()).Select(error =>
            $"<li>{encoder.Encode($"{error.Key}: {string.Join(' ', error.Value)}")}</li>"));
        var links = string.Concat(Links(context, problem).Select(link =>
            $"<p><a href=\"{encoder.Encode(link.Address)}\">{encoder.Encode(link.Text)}</a></p>"));

        // A starting service serves no style sheet. The color-scheme keeps the page readable in the dark without it.
        return response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="{CultureInfo.CurrentUICulture.TwoLetterISOLanguageName}" data-theme="{Appearance.Of(context)}">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <title>ModelOps · {problem.Status}</title>
              <link rel="icon" type="image/svg+xml" href="{home}/favicon.svg">
              <link rel="stylesheet" href="{home}/dashboard.css">
            </head>
            <body>
              <main class="bare">
                <div class="card sign-in">
                  <h1>ModelOps</h1>
                  <p>{encoder.Encode(Texts.Say(WhatToDo(context, problem)))}</p>
                  {(mistakes.Length > 0 ? $"<ul>{mistakes}</ul>" : "")}
                  {links}
                </div>
              </main>
            </body>
            </html>
            """,
            context.RequestAborted);
    }

    private static bool IsLinkOrForm(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
        || (HttpMethods.IsPost(request.Method)
            && (request.ContentType is not { Length: > 0 } type
                || FormTypes.Any(form => type.StartsWith(form, StringComparison.OrdinalIgnoreCase))));

    /// <summary>The problem's sentence, in other words where that one speaks to programs.</summary>
    private static FormattableString WhatToDo(HttpContext context, Problem problem) => problem.Code switch
    {
        "bad_request" => $"The browser's request can't be understood. Check the address, then try again.",
        "unauthenticated" or "invalid_token" => $"You aren't signed in, or your session has ended. Sign in to go on.",
        "antiforgery_required" => Problem.FormExpired.Detail,
        "method_not_allowed" or "not_acceptable" or "unsupported_media_type" =>
            $"This address is no page, but one for programs or forms. Open what you need from the overview.",
        "payload_too_large" => $"What was sent is larger than allowed. Go back and send a smaller file.",
        "too_many_requests" => $"There were too many requests from here. Wait {Seconds(context):# second|# seconds}, then try again.",
        "internal_error" => $"Something went wrong on our side. Try again; if it stays, give the operator this number: {Problem.TraceId(context)}",
        _ => problem.Detail,
    };

    private static long Seconds(HttpContext context) =>
        long.TryParse(context.Response.Headers.RetryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 1;

    private static IEnumerable<(string Address, string Text)> Links(HttpContext context, Problem problem)
    {
        var request = context.Request;
        var signIn = request.PathBase.Add(SignInPath);

        // Encoded, as the browser sent it. LocalAddress keeps //elsewhere from becoming a link to another host.
        var here = LocalAddress.Of(request.GetEncodedPathAndQuery(), request.PathBase);
        var isGet = HttpMethods.IsGet(request.Method);
        if (problem.Status is 408 or 429 or >= 500 && isGet)
        {
            yield return (here, Texts.Say($"Try again"));
        }

        // Somebody whose sign-in failed has no overview yet.
        if (request.Path.StartsWithSegments(SignInPath))
        {
            yield return (signIn, Texts.Say($"To the sign-in page"));
        }
        else if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            yield return (isGet ? $"{signIn}?ReturnUrl={Uri.EscapeDataString(here)}" : signIn, Texts.Say($"To the sign-in page"));
        }
        else
        {
            yield return (request.PathBase.Add("/"), Texts.Say($"To the overview"));
        }
    }
}
