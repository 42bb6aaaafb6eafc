using ModelOps.Domain;

namespace ModelOps.Application;

/// <summary>The refusal of a request whose fields break a rule.</summary>
public static class InvalidRequest
{
    public const string Code = "validation_failed";

    /// <param name="errors">Messages by the request's own field name. They never repeat the value: it may be a patient's.</param>
    public static RefusalException Refusal(IReadOnlyDictionary<string, string[]> errors)
    {
        var first = errors.First();
        var message = first.Value[0];
        var others = errors.Sum(e => e.Value.Length) - 1;
        return new RefusalException(RefusalKind.Invalid, Code, others == 0
            ? (FormattableString)$"{first.Key}: {message}"
            : $"{first.Key}: {message} ({others} more in errors.)") { Errors = errors };
    }

    public static RefusalException Refusal(string field, string message) =>
        Refusal(new Dictionary<string, string[]> { [field] = [message] });
}
