using System.Security.Cryptography;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Versions;

namespace ModelOps.Infrastructure.Files;

/// <summary>The files of a version in its folder, each checked against the size and the SHA-256 that it must have.</summary>
internal static class VersionFolder
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The bytes of every file but the rows, which are checked alike.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    public static async Task<IReadOnlyDictionary<string, byte[]>> ReadVerifiedAsync(
        string folder, string version, IReadOnlyList<ArtifactFile> files, CancellationToken cancellationToken)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Name);
                if (new FileInfo(path).Length != file.Bytes)
                {
                    throw VersionRefusals.ArtifactCorrupt(version);
                }

                if (file.Name == ModelVersion.RowsFile)
                {
                    await using var stream = Open(path);
                    Check(version, file, await SHA256.HashDataAsync(stream, cancellationToken));
                    continue;
                }

                var content = await File.ReadAllBytesAsync(path, cancellationToken);
                Check(version, file, SHA256.HashData(content));
                contents[file.Name] = content;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw VersionRefusals.ArtifactCorrupt(version, exception);
        }

        return contents;
    }

    /// <summary>The rows that the version was made of. Those of an earlier version of the product are brought into order first.</summary>
    /// <param name="key">The key that the version was trained with.</param>
    /// <param name="newPath">Makes the path of a temporary file, for rows that have to be brought into order.</param>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    public static async Task<RowsOnDisk> OpenRowsAsync(
        string folder, string version, IReadOnlyList<ArtifactFile> files, SplitKey key, Func<string> newPath, CancellationToken cancellationToken)
    {
        var file = files.SingleOrDefault(f => f.Name == ModelVersion.RowsFile) ?? throw VersionRefusals.ArtifactCorrupt(version);
        await ReadVerifiedAsync(folder, version, [file], cancellationToken);
        try
        {
            return Open(Path.Combine(folder, file.Name), key, newPath);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw VersionRefusals.ArtifactCorrupt(version, exception);
        }
    }

    /// <summary>Opens a rows file of this or of an earlier version of the product.</summary>
    /// <exception cref="InvalidDataException">The content isn't made of rows.</exception>
    public static RowsOnDisk Open(string path, SplitKey key, Func<string> newPath)
    {
        using (var stream = Open(path))
        {
            if (RowsFile.IsHeaderless(stream))
            {
                using var sorter = new RowsSorter(() => RowsFiles.NewRun(newPath()));
                foreach (var row in RowsFile.ReadHeaderless(stream))
                {
                    sorter.Add(row);
                }

                return RowsOnDisk.WriteTemporary(newPath(), sorter.Sorted(key), key);
            }
        }

        return RowsOnDisk.Keep(path);
    }

    private static void Check(string version, ArtifactFile file, byte[] hash)
    {
        if (Convert.ToHexStringLower(hash) != file.Sha256)
        {
            throw VersionRefusals.ArtifactCorrupt(version);
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
}
