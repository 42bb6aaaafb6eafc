using System.Security.Cryptography;

namespace ModelOps.WebApi.Tests;

/// <summary>Every file of a data directory with its hash, so that a refusal can be shown to have left nothing.</summary>
internal static class DataSnapshot
{
    /// <summary>Without the database, which holds sign-ins too, and its lock.</summary>
    public static IReadOnlyList<string> Of(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path)))
            .Where(entry => !entry.Name.StartsWith("modelops.", StringComparison.Ordinal))
            .Select(entry => Directory.Exists(entry.Path) ? entry.Name : $"{entry.Name} {HashOf(entry.Path)}")
            .Order(StringComparer.Ordinal)];

    public static string HashOf(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
