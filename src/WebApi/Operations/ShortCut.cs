namespace ModelOps.WebApi.Operations;

/// <summary>Marks an endpoint that <see cref="ShortCut"/> runs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShortCutAttribute : Attribute;

/// <summary>
/// Runs marked endpoints before sign-in and limits: no token is decrypted, no session is looked up. A liveness check then depends on
/// nothing that can be slow or away.
/// </summary>
internal sealed class ShortCut(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is { RequestDelegate: { } run } endpoint && endpoint.Metadata.GetMetadata<ShortCutAttribute>() is not null
            ? run(context)
            : next(context);
}
