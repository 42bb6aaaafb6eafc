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

    public StorageReserve Reserve { get; }

    public string JobFolder(Guid jobId) => Path.Combine(Jobs, jobId.ToString("N"));

    /// <exception cref="ArgumentException"><paramref name="version"/> is not a valid version name.</exception>
    public string VersionFolder(string version) => VersionName.IsValid(version)
        ? Path.Combine(Versions, version)
        : throw new ArgumentException("Not a version's name.", nameof(version));

    public void Create()
    {
        foreach (var folder in (string[])[Root, Versions, Datasets, Rows, Jobs, Staging])
        {
            Directory.CreateDirectory(folder);
        }
    }
}
