namespace ModelOps.WebApi;

/// <summary>The operator's settings of the web server and of browsers' access.</summary>
/// <param name="MaxConnections">Open connections that are served. Further ones are answered with 503.</param>
/// <param name="MinUploadBytesPerSecond">The slowest upload, on average after the first seconds. A slower one is answered with 408.</param>
/// <param name="HstsDays">
/// For how many days a browser that came by TLS shall use TLS alone (<c>Strict-Transport-Security</c>); 0 to not say so.
/// </param>
/// <param name="Origins">Other sites, such as <c>https://portal.example.org</c>, whose pages may open a dashboard's connection.</param>
/// <param name="PathBase">The path under which a proxy shows the service, such as <c>/modelops</c>; empty without one.</param>
internal sealed record HttpSettings(
    int MaxConnections, int MinUploadBytesPerSecond, int HstsDays, IReadOnlyList<string> Origins, PathString PathBase)
{
    public const int DefaultMaxConnections = 2_000;
    public const int MostConnections = 1_000_000;
    public const int DefaultMinUploadBytesPerSecond = 1_024;
    public const int DefaultHstsDays = 30;
    public const int MaxHstsDays = 3_650;
}
