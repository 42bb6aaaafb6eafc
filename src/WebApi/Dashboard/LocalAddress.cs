namespace ModelOps.WebApi.Dashboard;

/// <summary>The address of a page of this service, to which the sign-in page sends a browser back.</summary>
internal static class LocalAddress
{
    private const int MaxLength = 2_000;

    /// <summary>Only its own host name is compared. It stands for this service and is never sent.</summary>
    private static readonly Uri Here = new("http://here.invalid");

    /// <summary>
    /// Returns the address in the form in which a header can carry it, with other than ASCII characters encoded. Returns the overview's for
    /// an address outside this service, which prevents open redirects.
    /// </summary>
    /// <param name="home">The path under which a proxy shows this service; empty without one.</param>
    public static string Of(string? address, PathString home)
    {
        var overview = home.Add("/").ToUriComponent();
        if (address is not { Length: > 0 and < MaxLength } || !IsPath(address) || address.Any(char.IsControl)
            || !Uri.TryCreate(Here, address, out var uri) || uri.Authority != Here.Authority)
        {
            return overview;
        }

        // Check the result, too: resolving the dots of /a/..//elsewhere makes //elsewhere, which names another host.
        var local = uri.PathAndQuery + uri.Fragment;
        return IsPath(local) && new PathString(uri.LocalPath).StartsWithSegments(home, StringComparison.Ordinal) ? local : overview;
    }

    private static bool IsPath(string address) => address[0] == '/' && (address.Length == 1 || address[1] is not ('/' or '\\'));
}
