namespace ModelOps.WebApi.Operations;

/// <summary>
/// Answers <c>HEAD</c> wherever <c>GET</c> is answered, with the same status and headers. The request runs as a <c>GET</c>; the server
/// remembers the method that arrived and sends no body.
/// </summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }

        context.Features.Set(new HeadRequest());
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
        }
    }

    /// <summary>Whether the client sent <c>HEAD</c>. An endpoint that streams asks this, because nobody would read its stream.</summary>
    public static bool IsHead(HttpContext context) => context.Features.Get<HeadRequest>() is not null;

    private sealed class HeadRequest;
}
