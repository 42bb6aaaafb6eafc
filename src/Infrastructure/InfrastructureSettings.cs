using Microsoft.Extensions.Configuration;

namespace ModelOps.Infrastructure;

/// <summary>The settings that the operator gives; keys and defaults are in docs and README.</summary>
public sealed record InfrastructureSettings(string? ConnectionString, string DataDirectory, long MaxUploadBytes)
{
    public const long DefaultMaxUploadBytes = 268_435_456;

    public bool UsesPostgreSql => !string.IsNullOrWhiteSpace(ConnectionString);

    /// <param name="defaultDataDirectory">Where the data lie when <c>ModelOps:DataDirectory</c> names no place.</param>
    public static InfrastructureSettings From(IConfiguration configuration, string defaultDataDirectory)
    {
        var section = configuration.GetSection("ModelOps");
        var folder = section["DataDirectory"];
        return new InfrastructureSettings(
            configuration.GetConnectionString("ModelOps"),
            string.IsNullOrWhiteSpace(folder) ? defaultDataDirectory : folder,
            section.GetValue("MaxUploadBytes", DefaultMaxUploadBytes));
    }
}
