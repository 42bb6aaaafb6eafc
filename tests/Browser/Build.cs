using System.Reflection;

namespace ModelOps.Browser.Tests;

/// <summary>Where the build put things.</summary>
internal static class Build
{
    public static string Service => Value("Service");

    public static string PlaywrightDriver => Value("PlaywrightDriver");

    public static string Sample => Path.Combine(Value("RepositoryRoot"), "docs", "sample.csv");

    public static string Screenshots => Path.Combine(Value("RepositoryRoot"), "artifacts", "screenshots");

    /// <summary>Debian's Chromium; null where there is none.</summary>
    public static string? Chromium { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(File.Exists);

    private static string Value(string key) =>
        typeof(Build).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
