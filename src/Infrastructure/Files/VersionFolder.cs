using System.Security.Cryptography;
using ModelOps.Domain.Data;
using ModelOps.Domain.Versions;

namespace ModelOps.Infrastructure.Files;

/// <summary>Reads the files of a version and checks the size and the SHA-256 of each.</summary>
internal static class VersionFolder
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Checks every file and returns the contents of all files except the rows file, which is checked but not returned.</summary>
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

    /// <summary>
    /// Opens the rows that the version was trained on. Rows that an earlier release of the product wrote are sorted into a temporary file.
    /// </summary>
    /// <param name="key">The key that the version was trained with.</param>
    /// <param name="newPath">Creates the path of a temporary file. It is used for rows that have to be sorted.</param>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    public static async Task<RowsOnDisk> OpenRowsAsync(
        string folder, string version, IReadOnlyList<ArtifactFile> files, SplitKey key, Func<string> newPath,
            CancellationToken cancellationToken)
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

    /// <summary>Opens a rows file of this or of an earlier release of the product.</summary>
    /// <exception cref="InvalidDataException">The content is not a valid rows file.</exception>
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
