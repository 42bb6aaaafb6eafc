using ModelOps.Domain.Versions;

namespace ModelOps.Infrastructure.Files;

/// <summary>The folders of the data directory. All are on one file system, so that a move between them is an atomic rename.</summary>
internal sealed class DataDirectory
{
    public DataDirectory(string root)
    {
        Root = Path.GetFullPath(root);
        Versions = Path.Combine(Root, "versions");
        Datasets = Path.Combine(Root, "datasets");
        Rows = Path.Combine(Root, "rows");
        Jobs = Path.Combine(Root, "jobs");
        Staging = Path.Combine(Root, "staging");
        ActivePointer = Path.Combine(Root, "active_model.json");
        Database = Path.Combine(Root, "modelops.db");
        Lock = Path.Combine(Root, "modelops.lock");
        Reserve = new StorageReserve(Root);
    }

    public string Root { get; }

    public string Versions { get; }

    public string Datasets { get; }

    /// <summary>The rows files of the datasets.</summary>
    public string Rows { get; }

    public string Jobs { get; }

    public string Staging { get; }

    public string ActivePointer { get; }

    public string Database { get; }

    public string Lock { get; }

    /// <summary>The root and the folders below it.</summary>
    public IReadOnlyList<string> Folders => [Root, Versions, Datasets, Rows, Jobs, Staging];

    public StorageReserve Reserve { get; }

    public string JobFolder(Guid jobId) => Path.Combine(Jobs, jobId.ToString("N"));

    /// <exception cref="ArgumentException"><paramref name="version"/> is not a valid version name.</exception>
    public string VersionFolder(string version) => VersionName.IsValid(version)
        ? Path.Combine(Versions, version)
        : throw new ArgumentException("Not a version's name.", nameof(version));

    /// <exception cref="StartupException">The folders can't be created.</exception>
    public void Create()
    {
        try
        {
            foreach (var folder in Folders)
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(exception);
        }
    }

    public static StartupException NotWritable(Exception exception) => new(
        "ModelOps can't write to its data directory (ModelOps__DataDirectory): it is read-only, full, or belongs to another user.",
        exception);
}
