using Microsoft.AspNetCore.Authorization;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.OpenApi;

/// <summary>The errors that follow from an endpoint's rights, body and parameters.</summary>
internal static class OperationErrors
{
    public const string Other = "OtherProblem";

    /// <summary>Problems that most operations have in common, by the name of their component in the document.</summary>
    public static IReadOnlyList<(string Name, int Status, SortedSet<string> Codes)> Common { get; } =
    [
        ("Unauthenticated", 401, ["invalid_token", "unauthenticated"]),
        ("RequestTimeout", 408, ["request_timeout"]),
        ("PayloadTooLarge", 413, ["payload_too_large"]),
        ("UnsupportedMediaType", 415, ["unsupported_media_type"]),
        ("TooManyRequests", 429, ["too_many_requests"]),
        ("InternalError", 500, ["internal_error"]),
        ("Unavailable", 503, ["database_unavailable", "starting", "storage_unavailable", "too_many_connections", "unavailable"]),
        ("InsufficientStorage", 507, ["insufficient_storage"]),
    ];

    /// <returns>Codes by status.</returns>
    public static SortedDictionary<int, SortedSet<string>> Of(
        OperationText text, string method, IList<object> metadata, bool hasBody, bool isUpload, bool hasParameters)
    {
        var errors = text.Errors.ToList();
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        var changes = method is not "GET";
        if (!isOpen)
        {
            errors.AddRange(["401 unauthenticated", "401 invalid_token"]);
            if (metadata.OfType<IAuthorizeData>().Any(rule => rule.Policy is not null))
            {
                errors.Add("403 forbidden");
            }

            errors.Add(metadata.OfType<SessionOnlyAttribute>().Any() ? "403 session_required" : "403 insufficient_scope");
            if (!metadata.OfType<BeforePasswordChangeAttribute>().Any())
            {
                errors.Add("403 password_change_required");
            }
        }

        if (changes && !isOpen)
        {
            errors.Add("400 antiforgery_required");
        }

        if (changes)
        {
            errors.Add("507 insufficient_storage");
        }

        if (hasBody)
        {
            errors.AddRange(["400 bad_request", "400 validation_failed", "408 request_timeout", "413 payload_too_large"]);
            if (!isUpload)
            {
                errors.AddRange(["400 invalid_json", "415 unsupported_media_type"]);
            }
        }

        if (hasParameters)
        {
            errors.Add("400 validation_failed");
        }

        if (text.Id != "getLiveness")
        {
            errors.AddRange(["500 internal_error", "503 database_unavailable", "503 starting", "503 storage_unavailable",
                "503 too_many_connections", "503 unavailable"]);
        }

        // An open endpoint without a body can only be asked too often, or with a header that the server refuses.
        errors.AddRange(["400 bad_request", "429 too_many_requests"]);

        var table = new SortedDictionary<int, SortedSet<string>>();
        foreach (var error in errors)
        {
            var status = int.Parse(error[..3], System.Globalization.CultureInfo.InvariantCulture);
            if (!table.TryGetValue(status, out var codes))
            {
                table[status] = codes = new SortedSet<string>(StringComparer.Ordinal);
            }

            codes.Add(error[4..]);
        }

        return table;
    }
}
