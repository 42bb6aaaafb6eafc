using ModelOps.Application;

namespace ModelOps.WebApi.Controllers;

internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>
    /// The bound key, or an empty one when the header was sent without a value, which the framework binds as if it hadn't been sent: a
    /// client that believes itself protected against doing a thing twice must learn that it isn't.
    /// </summary>
    public static string? SentKey(this HttpRequest request, string? bound) =>
        bound ?? (request.Headers.ContainsKey(Name) ? "" : null);
}
