using System.Text.Json.Serialization;
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
/// Stores the files of versions. Publishing is atomic: one rename within a file system makes the whole version visible.
/// </summary>
public interface IArtifactStore
{
    /// <summary>
    /// Publishes the output of a job under the first name that is free in the current second. The files and their manifest are flushed to
    /// disk first. Before the rename, the files are in the job's working folder, so the job's cleanup removes them after a crash.
    /// </summary>
    /// <param name="describe">Creates the metadata from the version's name and creation time.</param>
    PublishedArtifact Publish(string outputFolder, DateTime now, Func<string, DateTime, VersionMetadata> describe);

    /// <summary>Returns the bytes of every file except the rows. Size and SHA-256 of all files are verified.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c></exception>
    Task<IReadOnlyDictionary<string, byte[]>> ReadVerifiedAsync(string version, IReadOnlyList<ArtifactFile> files,
        CancellationToken cancellationToken);

    /// <summary>Opens the rows that the version was trained on. Size and SHA-256 are verified.</summary>
    /// <exception cref="Domain.RefusalException"><c>artifact_corrupt</c>, <c>version_rows_removed</c></exception>
    Task<IRows> OpenRowsAsync(ModelVersion version, CancellationToken cancellationToken);

    /// <summary>Deletes the rows that the version was trained on. Missing rows are no error.</summary>
    void DeleteRows(string version);

    /// <summary>Opens one file of a version for download.</summary>
    Stream OpenFile(string version, string file);

    /// <summary>Deletes a version's folder: first one rename hides the folder, then its files are deleted.</summary>
    void DeleteVersion(string version);

    /// <summary>
    /// Returns the version folders, each with the id of the job that created it. The id is null when the folder doesn't record it.
    /// </summary>
    IReadOnlyList<(string Version, Guid? JobId)> ListVersions();

    /// <summary>
    /// Deletes staging files of processes that have ended; with <paramref name="onlyProcess"/>, deletes all staging files.
    /// </summary>
    void SweepStaging(bool onlyProcess);

    /// <summary>Whether new files can be written to the data directory.</summary>
    bool IsWritable();

    /// <summary>Writes <c>active_model.json</c> for readers outside the service.</summary>
    void WriteActivePointer(ActivePointer active);
}

public sealed record PublishedArtifact(string Version, DateTime CreatedAt, IReadOnlyList<ArtifactFile> Files);

/// <summary>
/// The content of <c>active_model.json</c>, a copy of the active pointer in the database. The database is authoritative.
/// </summary>
public sealed record ActivePointer(
    string ActiveModel,
    [property: JsonPropertyName("epoch")] long ActivationNumber,
    DateTime ActivatedAt,
    string ActivatedBy,
    IReadOnlyList<ArtifactFile> Files);
