namespace ModelOps.WebApi.Controllers;

internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>
    /// Returns the bound key, or an empty key when the header was sent without a value. The framework binds an empty header as null, as
    /// if it were missing. The empty key is then refused, so that the client learns that its request isn't idempotent.
    /// </summary>
    public static string? SentKey(this HttpRequest request, string? bound) =>
        bound ?? (request.Headers.ContainsKey(Name) ? "" : null);
}
