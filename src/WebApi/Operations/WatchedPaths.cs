namespace ModelOps.WebApi.Operations;

/// <summary>What answers in every state and role: the addresses of whoever watches the process.</summary>
internal static class WatchedPaths
{
    private static readonly PathString[] All = ["/health", "/metrics"];

    public static bool Include(HttpContext context) => Array.Exists(All, path => context.Request.Path.StartsWithSegments(path));
}
