namespace ModelOps.WebApi.Operations;

/// <summary>Paths for monitoring, available in every state and role.</summary>
internal static class WatchedPaths
{
    private static readonly PathString[] All = ["/health", "/metrics"];

    public static bool Include(HttpContext context) => Array.Exists(All, path => context.Request.Path.StartsWithSegments(path));
}
