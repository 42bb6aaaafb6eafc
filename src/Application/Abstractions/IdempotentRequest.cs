namespace ModelOps.Application.Abstractions;

/// <summary>
/// The first response to a request with an <c>Idempotency-Key</c>, saved in the same transaction as the request's changes.
/// </summary>
public sealed class IdempotentRequest
{
    public const int MaxKey = 100;
    public const int MaxOwner = 256;

    private IdempotentRequest()
    {
    }

    public long Id { get; private set; }

    /// <summary>The user whose key it is. Empty in rows of earlier builds, whose keys belonged to nobody.</summary>
    public string Owner { get; private set; } = "";

    public string Operation { get; private set; } = "";

    public string Key { get; private set; } = "";

    /// <summary>SHA-256 of the request. It detects the same key with a different request.</summary>
    public string RequestSha256 { get; private set; } = "";

    public string Answer { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    public static IdempotentRequest Create(
        string owner, string operation, string key, string requestSha256, string answer, DateTime now) => new()
        {
            Owner = owner,
            Operation = operation,
            Key = key,
            RequestSha256 = requestSha256,
            Answer = answer,
            CreatedAt = now,
        };
}
