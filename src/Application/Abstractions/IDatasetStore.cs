using ModelOps.Domain;
using ModelOps.Domain.Datasets;

namespace ModelOps.Application.Abstractions;

/// <summary>An upload that lies in the staging folder; disposing it removes what was not kept.</summary>
public interface IStagedUpload : IAsyncDisposable
{
    long Bytes { get; }

    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    string Sha256 { get; }

    Stream OpenRead();
}

/// <summary>
/// The files of uploaded datasets, each named after its row's id and its name: no two datasets ever share a file, not even one that
/// is deleted while another of the same name arrives. Names are checked by the caller (<see cref="Domain.Datasets.Dataset.IsValidName"/>).
/// </summary>
public interface IDatasetStore
{
    /// <summary>Writes a stream to the staging folder, on disk when this returns.</summary>
    /// <param name="maxBytes">One byte more is refused with <c>upload_too_large</c>.</param>
    Task<IStagedUpload> StageAsync(Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Moves a staged upload to its place, in one step, with its rows. May be called again with another id.</summary>
    void Keep(IStagedUpload upload, IRows rows, long id, string name);

    /// <summary>Keeps the rows of a dataset that was uploaded before datasets had rows files.</summary>
    void KeepRows(IRows rows, long id);

    /// <summary>The rows of a dataset; null for one that was uploaded before datasets had rows files.</summary>
    IRows? FindRows(long id);

    /// <exception cref="Domain.RefusalException"><c>dataset_not_found</c></exception>
    Stream OpenRead(long id, string name);

    void Delete(long id, string name);

    /// <summary>
    /// The files that this process has seen in place for a minute: long enough for the row of each to be committed. With
    /// <paramref name="onlyProcess"/>, where nobody else can be uploading, all of them.
    /// </summary>
    IReadOnlyList<(long Id, string Name)> ListSettled(bool onlyProcess);
}
