namespace ModelOps.WebApi.Auth;

internal static class Schemes
{
    /// <summary>Looks at the request: bearer where there is an Authorization header, otherwise the session cookie.</summary>
    public const string Any = "ModelOps";

    /// <summary>How a refusal is said: a redirect to the sign-in page for a browser's page, 401 and 403 for everything else.</summary>
    public const string Refusal = "ModelOps.Refusal";

    public const string Bearer = "Bearer";

    public const string Cookie = "Session";
}

internal static class Policies
{
    public const string Admin = "Admin";

    public const string Metrics = "Metrics";
}

internal static class ModelOpsClaims
{
    public const string SecurityStamp = "stamp";
}
