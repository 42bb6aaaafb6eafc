using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ModelOps.Application;
using ModelOps.WebApi.Json;

namespace ModelOps.WebApi.Errors;

/// <summary>
/// An error response (RFC 9457). <paramref name="Detail"/> is one actionable sentence in the language that the client requested.
/// </summary>
internal sealed record Problem(int Status, string Code, FormattableString Detail, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    private const string ContentType = "application/problem+json";
    private const string UnavailableForSeconds = "2";

    public static Problem AntiforgeryRequired { get; } = new(400, "antiforgery_required",
        $"A change made with the session cookie needs the antiforgery token in the header X-CSRF-TOKEN. Reload the page and try again.");

    public static Problem FormExpired { get; } = new(400, "form_expired",
        $"This form is out of date: since it was opened, somebody signed in or out in this browser, or its cookies were deleted. Open the page again.");

    public static Problem TooManyRequests { get; } = new(429, "too_many_requests",
        $"There were too many requests from here. Wait as long as Retry-After says.");

    public static Problem Internal { get; } = new(500, "internal_error",
        $"Something went wrong on our side. Quote trace_id when you report it.");

    /// <summary>Creates the problem for a response with an error status and no body.</summary>
    public static Problem OfStatus(int status, HttpContext? context = null) => status switch
    {
        400 => new(status, "bad_request", $"The request can't be understood."),
        401 when context?.Request.Headers.ContainsKey(HeaderNames.Authorization) == true => new(status, "invalid_token",
            $"The token isn't valid any more. Refresh it or sign in again."),
        401 => new(status, "unauthenticated", $"This needs somebody who is signed in. Send an access token of POST /auth/login."),
        403 => new(status, "forbidden", $"Your role doesn't allow this. An administrator can do it."),
        404 => new(status, "not_found", $"There is nothing at this address."),
        405 => new(status, "method_not_allowed", $"This address doesn't know this method. The header Allow names those it knows."),
        406 => new(status, "not_acceptable", $"The answer doesn't exist in a form that you accept."),
        408 => new(status, "request_timeout", $"The request took too long to arrive."),
        413 => new(status, "payload_too_large", $"The request is larger than allowed."),
        414 => new(status, "address_too_long", $"The address of the request is too long."),
        415 => new(status, "unsupported_media_type", $"The body has another content type than this address reads, such as application/json."),
        429 => TooManyRequests,
        431 => new(status, "headers_too_large", $"The headers of the request are too large."),
        503 => new(status, "unavailable", $"The service can't answer at the moment. Try again shortly."),
        >= 500 => Internal with { Status = status },
        _ => new(status, "refused", $"The request was refused."),
    };

    /// <summary>The number by which the operator finds the request in the log.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    /// <summary>Ends the request: with a page for a browser that navigates, otherwise with a problem in JSON.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentLength = null;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
        response.Headers.Vary = $"{HeaderNames.Accept}, {HeaderNames.AcceptLanguage}";
        if (Status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests
            && response.Headers.RetryAfter.Count == 0)
        {
            response.Headers.RetryAfter = UnavailableForSeconds;
        }

        if (ErrorPage.IsWanted(context))
        {
            await ErrorPage.WriteAsync(context, this);
            return;
        }

        response.ContentType = ContentType;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var trace = ProblemTrace.Begin(context);
        var body = new Body(
            $"urn:modelops:problem:{Code}",
            ReasonPhrases.GetReasonPhrase(Status) is { Length: > 0 } phrase ? phrase : Status.ToString(CultureInfo.InvariantCulture),
            Status,
            Texts.Say(Detail),
            Code,
            TraceId(context),
            Errors);
        await JsonSerializer.SerializeAsync(response.Body, body, WireJson.Options, context.RequestAborted);
    }

    private sealed record Body(
        string Type,
        string Title,
        int Status,
        string Detail,
        string Code,
        string TraceId,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors);
}
