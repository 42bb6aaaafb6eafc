using ModelOps.Application.Predictions;

namespace ModelOps.Application.Abstractions;

/// <summary>The first answer to a request that named an <c>Idempotency-Key</c>; written in the transaction of what it did.</summary>
public sealed class IdempotentRequest
{
    public const int MaxKey = 100;

    private IdempotentRequest()
    {
    }

    public long Id { get; private set; }

    public string Operation { get; private set; } = "";

    public string Key { get; private set; } = "";

    /// <summary>SHA-256 of the request, so that the same key with another body is noticed.</summary>
    public string RequestSha256 { get; private set; } = "";

    public string Answer { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    public static IdempotentRequest Create(string operation, string key, string requestSha256, string answer, DateTime now) => new()
    {
        Operation = operation,
        Key = key,
        RequestSha256 = requestSha256,
        Answer = answer,
        CreatedAt = now,
    };
}
