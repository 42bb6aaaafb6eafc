using System.Text.Json.Serialization;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>What is written into a version's <c>metadata.json</c> beside the trainer's files.</summary>
public sealed record VersionMetadata(
    string Version,
    DateTime CreatedAt,
    string DataSource,
    Domain.Training.TrainingSpecification Specification,
    Domain.Training.TrainingSummary Summary);

/// <summary>
/// The files of versions. A version appears whole, by one rename on one file system, or not at all.
/// </summary>
public interface IArtifactStore
{
    /// <summary>
    /// Publishes the output of a job under the first free name of this second, flushed to disk with its manifest. Until the rename its
    /// files lie among the job's working folders, so that what a crash leaves of them goes with the job.
    /// </summary>
    /// <param name="describe">Makes the metadata once name and creation time are known.</param>
    PublishedArtifact Publish(string outputFolder, DateTime now, Func<string, DateTime, VersionMetadata> describe);

    /// <summary>The bytes of every file but the rows; all files are checked against size and SHA-256.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    Task<IReadOnlyDictionary<string, byte[]>> ReadVerifiedAsync(string version, IReadOnlyList<ArtifactFile> files, CancellationToken cancellationToken);

    /// <summary>The rows that a version was made of, checked like every file.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    Task<IRows> OpenRowsAsync(ModelVersion version, CancellationToken cancellationToken);

    /// <summary>Opens one file of a version for download.</summary>
    Stream OpenFile(string version, string file);

    /// <summary>Takes a version's folder away: out of sight by one rename, then file by file.</summary>
    void DeleteVersion(string version);

    /// <summary>Names of version folders with the job that made each, for the sweep; the job is null when the folder doesn't say.</summary>
    IReadOnlyList<(string Version, Guid? JobId)> ListVersions();

    /// <summary>Removes what dead processes left in the staging folder; with <paramref name="onlyProcess"/> all of it.</summary>
    void SweepStaging(bool onlyProcess);

    /// <summary>Whether the data directory takes new files.</summary>
    bool IsWritable();

    /// <summary>Writes <c>active_model.json</c> for outside readers.</summary>
    void WriteActivePointer(ActivePointer active);
}

public sealed record PublishedArtifact(string Version, DateTime CreatedAt, IReadOnlyList<ArtifactFile> Files);

/// <summary>What <c>active_model.json</c> says. The database is the truth, this is its copy.</summary>
public sealed record ActivePointer(
    string ActiveModel,
    [property: JsonPropertyName("epoch")] long ActivationNumber,
    DateTime ActivatedAt,
    string ActivatedBy,
    IReadOnlyList<ArtifactFile> Files);
