namespace ModelOps.Infrastructure.Networks;

internal static class VersionFiles
{
    /// <exception cref="InvalidDataException">The version has no such file.</exception>
    public static byte[] Require(this IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.TryGetValue(name, out var content) ? content : throw new InvalidDataException($"The version has no {name}.");
}
