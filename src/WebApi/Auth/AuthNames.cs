namespace ModelOps.WebApi.Auth;

internal static class Schemes
{
    /// <summary>Selects the scheme: bearer if the request has an Authorization header, otherwise the session cookie.</summary>
    public const string Any = "ModelOps";

    /// <summary>
    /// Selects the response to a refusal: a redirect to the sign-in page for browser pages, 401 and 403 for all other requests.
    /// </summary>
    public const string Refusal = "ModelOps.Refusal";

    public const string Bearer = "Bearer";

    /// <summary>A personal access token in the Authorization header.</summary>
    public const string AccessToken = "AccessToken";

    public const string Cookie = "Session";

    /// <summary>The hospital's own sign-in.</summary>
    public const string Provider = "Provider";
}

internal static class Policies
{
    public const string Admin = "Admin";

    /// <summary>Confirming diagnoses: ADMIN and CLINICIAN.</summary>
    public const string Clinician = "Clinician";

    public const string Metrics = "Metrics";
}

internal static class ModelOpsClaims
{
    public const string SecurityStamp = "stamp";

    public const string SessionId = "session";

    /// <summary>The text of a personal access token.</summary>
    public const string AccessToken = "token";

    /// <summary>Present in a cookie whose session began with the hospital's sign-in.</summary>
    public const string ByProvider = "by_provider";
}
