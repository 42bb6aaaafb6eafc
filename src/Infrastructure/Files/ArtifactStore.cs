using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.FaultInjection;

namespace ModelOps.Infrastructure.Files;

/// <summary>
/// Stores versions and working folders as files. File names come from database rows and <see cref="VersionName"/>, never from a request.
/// </summary>
internal sealed class ArtifactStore(DataDirectory directory, RowsFiles rows, StagingSweep staging) : IArtifactStore
{
    public const string MetadataFile = "metadata.json";
    public const string ManifestFile = "manifest.json";
    private const string Publishing = "publishing-";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public void SweepStaging(bool onlyProcess) => staging.Run(onlyProcess);

    public PublishedArtifact Publish(string outputFolder, DateTime now, Func<string, DateTime, VersionMetadata> describe) =>
        DurableFiles.Guard(() =>
        {
            for (var ordinal = 1; ; ordinal++)
            {
                var name = VersionName.For(now, ordinal);
                if (!Directory.Exists(directory.VersionFolder(name)) && TryPublish(outputFolder, name, describe(name, now)) is { } files)
                {
                    return new PublishedArtifact(name, now, files);
                }
            }
        });

    private List<ArtifactFile>? TryPublish(string outputFolder, string name, VersionMetadata metadata)
    {
        var sources = Directory.GetFiles(outputFolder).Order(StringComparer.Ordinal).ToList();
        var staged = Path.Combine(directory.JobFolder(metadata.Specification.JobId), $"{Publishing}{Guid.NewGuid():N}");
        Directory.CreateDirectory(staged);
        try
        {
            var files = new List<ArtifactFile>();
            foreach (var source in sources)
            {
                files.Add(Take(staged, source));
                FaultPoints.Hit("version.staging");
            }

            files.Add(Stage(staged, MetadataFile, JsonSerializer.SerializeToUtf8Bytes(MetadataDocument.Of(metadata), Json)));
            files.Add(Stage(staged, ManifestFile, JsonSerializer.SerializeToUtf8Bytes(new Manifest([.. files]), Json)));
            DurableFiles.FlushFolder(staged);
            try
            {
                Directory.Move(staged, directory.VersionFolder(name));
            }
            catch (IOException) when (Directory.Exists(directory.VersionFolder(name)))
            {
                return null;
            }

            DurableFiles.FlushFolder(directory.Versions);
            FaultPoints.Hit("version.renamed");
            return files;
        }
        finally
        {
            FolderDeletion.Delete(staged);
        }
    }

    private static ArtifactFile Stage(string folder, string name, byte[] content)
    {
        DurableFiles.WriteNew(Path.Combine(folder, name), content);
        return new ArtifactFile(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    /// <summary>Links or copies a file of the training's output. The file must not change any more.</summary>
    private static ArtifactFile Take(string folder, string source)
    {
        var path = Path.Combine(folder, Path.GetFileName(source));
        DurableFiles.LinkOrCopy(source, path);
        using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        return new ArtifactFile(Path.GetFileName(source), content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    public Task<IReadOnlyDictionary<string, byte[]>> ReadVerifiedAsync(
        string version, IReadOnlyList<ArtifactFile> files, CancellationToken cancellationToken) =>
        VersionFolder.ReadVerifiedAsync(directory.VersionFolder(version), version, files, cancellationToken);

    public async Task<IRows> OpenRowsAsync(ModelVersion version, CancellationToken cancellationToken) => version.RowsRemovedAt is not null
        ? throw VersionRefusals.RowsRemoved(version.Name)
        : await VersionFolder.OpenRowsAsync(
            directory.VersionFolder(version.Name),
            version.Name,
            version.Files,
            SplitKey.FromHex(version.Specification.SplitKey),
            rows.NewPath,
            cancellationToken);

    public void DeleteRows(string version)
    {
        try
        {
            File.Delete(Path.Combine(directory.VersionFolder(version), ModelVersion.RowsFile));
        }
        catch (DirectoryNotFoundException)
        {
            // The whole version was deleted.
        }
    }

    public Stream OpenFile(string version, string file)
    {
        try
        {
            return new FileStream(
                Path.Combine(directory.VersionFolder(version), file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite
                    | FileShare.Delete, 64 * 1024, useAsync: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw VersionRefusals.ArtifactCorrupt(version, exception);
        }
    }

    public void DeleteVersion(string version)
    {
        FaultPoints.Hit("version.delete");
        var folder = directory.VersionFolder(version);
        var hidden = Path.Combine(directory.Staging, $"{StagingSweep.Deleted}{version}-{Guid.NewGuid():N}");
        try
        {
            // An atomic rename hides the whole folder. After a crash, the sweep deletes what is left in the staging folder.
            Directory.Move(folder, hidden);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        DurableFiles.FlushFolder(directory.Versions);
        FolderDeletion.Delete(hidden);
    }

    public IReadOnlyList<(string Version, Guid? JobId)> ListVersions() =>
        [.. Directory.GetDirectories(directory.Versions)
            .Select(path => Path.GetFileName(path))
            .Where(VersionName.IsValid)
            .Select(name => (name, JobOf(name)))];

    public bool IsWritable()
    {
        var probe = Path.Combine(directory.Staging, $"probe-{Guid.NewGuid():N}");
        try
        {
            try
            {
                DurableFiles.WriteNew(probe, [1]);
            }
            finally
            {
                File.Delete(probe);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void WriteActivePointer(ActivePointer active)
    {
        directory.Reserve.MakeRoom();
        DurableFiles.Replace(directory.ActivePointer, JsonSerializer.SerializeToUtf8Bytes(active, Json));
    }

    private Guid? JobOf(string version)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory.VersionFolder(version), MetadataFile)));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("job_id", out var id)
                && id.ValueKind == JsonValueKind.String
                && id.TryGetGuid(out var job)
                ? job
                : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Manifest(IReadOnlyList<ArtifactFile> Files);

    private sealed record MetadataDocument(
        string Version,
        DateTime CreatedAt,
        Guid JobId,
        string Architecture,
        string Schema,
        IReadOnlyList<string> Features,
        IReadOnlyList<string> Classes,
        object Parameters,
        string DataSource,
        string DataSha256,
        string SplitKey,
        object Summary)
    {
        public static MetadataDocument Of(VersionMetadata metadata) => new(
            metadata.Version,
            metadata.CreatedAt,
            metadata.Specification.JobId,
            metadata.Specification.Architecture,
            metadata.Specification.Schema,
            PatientFeatures.Names,
            [.. DiabetesClasses.All.Select(c => c.ToString())],
            metadata.Specification.Parameters,
            metadata.DataSource,
            metadata.Specification.DataSha256,
            metadata.Specification.SplitKey,
            metadata.Summary);
    }
}
