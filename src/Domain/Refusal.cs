using System.Globalization;

namespace ModelOps.Domain;

/// <summary>Why a request is refused; the Web layer turns it into an HTTP status.</summary>
public enum RefusalKind
{
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    Unprocessable,
    InsufficientStorage,
    Unavailable,
}

/// <summary>
/// A refusal that a person can act on. <see cref="Code"/> is stable; <see cref="Exception.Message"/> is one
/// sentence that holds neither a patient's value nor a path or secret of the machine.
/// </summary>
public sealed class RefusalException : Exception
{
    public RefusalException(RefusalKind kind, string code, FormattableString detail, Exception? inner = null)
        : base(detail.ToString(CultureInfo.InvariantCulture), inner)
    {
        Kind = kind;
        Code = code;
        Detail = detail;
    }

    public RefusalKind Kind { get; }

    public string Code { get; }

    /// <summary>The sentence with its arguments apart, so that it can be said in another language.</summary>
    public FormattableString Detail { get; }

    /// <summary>Messages by request field, for refusals that concern single fields.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
