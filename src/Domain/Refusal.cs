namespace ModelOps.Domain;

/// <summary>The category of a refusal. The Web layer maps it to an HTTP status.</summary>
public enum RefusalKind
{
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    Unprocessable,
    TooBusy,
    InsufficientStorage,
    Unavailable,
}

/// <summary>
/// A request is refused for a reason that the caller can correct. <see cref="Code"/> is stable across releases.
/// <see cref="Exception.Message"/> never contains a patient's value, a file path or a secret.
/// </summary>
public sealed class RefusalException : Exception
{
    public RefusalException(RefusalKind kind, string code, FormattableString detail, Exception? inner = null)
        : base(Sentence.Of(detail).ToString(), inner)
    {
        Kind = kind;
        Code = code;
        Detail = detail;
    }

    public RefusalKind Kind { get; }

    public string Code { get; }

    /// <summary>The message as a format with separate arguments, so that it can be translated.</summary>
    public FormattableString Detail { get; }

    /// <summary>Error messages by request field; null when the refusal doesn't concern single fields.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
