using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using ModelOps.Application;
using ModelOps.Domain;

namespace ModelOps.WebApi.Errors;

/// <summary>Describes errors in a body or query without repeating values, because they may be a patient's.</summary>
internal static partial class JsonRefusals
{
    private const int MaxName = 100;

    public static RefusalException NoBody() => new(
        RefusalKind.Invalid, "invalid_json", $"The request needs a JSON body, and it must not be null.");

    /// <param name="part">The part of a multipart request that holds the JSON; empty for a request's body.</param>
    public static RefusalException Of(JsonException exception, string part = "")
    {
        // An inner exception of the JSON reader means invalid JSON. Otherwise, the JSON is valid but doesn't match the contract.
        if (exception.InnerException is JsonException || exception.Path is null)
        {
            if (part.Length > 0)
            {
                return InvalidRequest.Refusal(part, Texts.Say($"isn't valid JSON, or it is nested too deeply."));
            }

            return new RefusalException(RefusalKind.Invalid, "invalid_json",
                $"The body isn't valid JSON (line {exception.LineNumber + 1 ?? 1}, byte {exception.BytePositionInLine + 1 ?? 1}), or it is nested too deeply.");
        }

        // The framework distinguishes these cases only by its message. A test fails if the message changes.
        if (exception.Message.Contains("missing required properties", StringComparison.Ordinal))
        {
            var missing = Quoted().Matches(exception.Message[exception.Message.LastIndexOf(':')..]).Select(m => m.Groups[1].Value);
            return InvalidRequest.Refusal(missing.ToDictionary(name => Join(Join(part, Field(exception.Path)), name), _ =>
                new[] { Texts.Say($"is required.") }));
        }

        var message = exception.Message switch
        {
            var m when m.Contains("could not be mapped", StringComparison.Ordinal) =>
                Texts.Say($"isn't a known member. Check the spelling."),
            var m when m.Contains("Duplicate property", StringComparison.Ordinal) => Texts.Say($"is there twice."),
            var m when m.Contains("doesn't allow", StringComparison.Ordinal) => Texts.Say($"must not be null."),
            _ => Texts.Say($"isn't of the right type or out of range."),
        };
        return InvalidRequest.Refusal(Join(part, Field(exception.Path)) is { Length: > 0 } field ? field : "body", message);
    }

    /// <summary>Describes model binding errors: values of the query, the route and forms.</summary>
    public static RefusalException Of(ModelStateDictionary state)
    {
        var fields = state.Where(entry => entry.Value is { Errors.Count: > 0 }).Select(entry => entry.Key).ToArray();
        return fields is [""] or []
            ? NoBody()
            : InvalidRequest.Refusal(fields.ToDictionary(
                field => field.Length == 0 ? "body" : WireNames.OfPath(field),
                _ => new[] { Texts.Say($"is missing or isn't a valid value.") }));
    }

    /// <summary><c>$.rows[3].AGE</c> → <c>rows[3].AGE</c>. Names come from the request, so long ones are truncated.</summary>
    private static string Field(string path)
    {
        var field = path.TrimStart('$').TrimStart('.');
        return field.Length <= MaxName ? field : field[..MaxName] + "…";
    }

    private static string Join(string parent, string name) => parent.Length == 0 ? name : name.Length == 0 ? parent : $"{parent}.{name}";

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}
