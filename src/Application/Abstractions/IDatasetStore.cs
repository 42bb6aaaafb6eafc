namespace ModelOps.Application.Abstractions;

/// <summary>An upload in the staging folder. Dispose deletes the upload unless it was kept.</summary>
public interface IStagedUpload : IAsyncDisposable
{
    long Bytes { get; }

    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    string Sha256 { get; }

    Stream OpenRead();
}

/// <summary>
/// Stores the files of uploaded datasets. A file name combines the dataset's id and name, so two datasets never share a file, even when a
/// dataset is deleted while another of the same name is uploaded. Callers validate names with <see
/// cref="Domain.Datasets.Dataset.IsValidName"/>.
/// </summary>
public interface IDatasetStore
{
    /// <summary>Writes a stream to the staging folder and flushes the file to disk.</summary>
    /// <param name="maxBytes">Maximum size in bytes. A larger upload is refused with <c>upload_too_large</c>.</param>
    Task<IStagedUpload> StageAsync(Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Moves a staged upload and its rows to their final place atomically. May be called again with another id.
    /// </summary>
    /// <param name="upload">
    /// Null for a file with references to patients, which isn't kept as it came: the rows have keyed hashes in their place.
    /// </param>
    void Keep(IStagedUpload? upload, IRows rows, long id, string name);

    /// <summary>Stores the rows file of a dataset that was uploaded before rows files existed.</summary>
    void KeepRows(IRows rows, long id);

    /// <summary>Opens the rows of a dataset; null if the dataset was uploaded before rows files existed.</summary>
    IRows? FindRows(long id);

    /// <exception cref="Domain.RefusalException"><c>dataset_not_found</c></exception>
    Stream OpenRead(long id, string name);

    /// <summary>Deletes all files of a dataset. Missing files are no error.</summary>
    void Delete(long id);

    /// <summary>
    /// Returns the ids of the datasets with a file that this process first saw at least one minute ago, so that the transaction that adds
    /// the database row has had time to commit. With <paramref name="onlyProcess"/>, no other process can be uploading, and the ids of all
    /// files are returned.
    /// </summary>
    IReadOnlySet<long> ListSettled(bool onlyProcess);
}
