using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Tests;

/// <summary>Versions without files: remembers what was published and deleted.</summary>
public sealed class FakeArtifacts(IReadOnlyList<LabelledExample> rows, Func<DateTime> created) : IArtifactStore
{
    private int _published;

    /// <summary>Happens when a version is published, before its name is known to anybody.</summary>
    public Action? OnPublish { get; set; }

    public int Published => _published;

    public List<string> Deleted { get; } = [];

    /// <summary>What lies in the versions folder.</summary>
    public List<(string Version, Guid? JobId)> Folders { get; } = [];

    public List<ActivePointer> Pointers { get; } = [];

    public int Sweeps { get; private set; }

    public PublishedArtifact Publish(string outputFolder, DateTime now, Func<string, DateTime, VersionMetadata> describe)
    {
        OnPublish?.Invoke();
        var name = VersionName.For(created(), ++_published);
        describe(name, created());
        return new PublishedArtifact(name, created(), [new ArtifactFile("model.safetensors", 7, new string('a', 64))]);
    }

    public Task<IReadOnlyDictionary<string, byte[]>> ReadVerifiedAsync(
        string version, IReadOnlyList<ArtifactFile> files, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, byte[]>>(new Dictionary<string, byte[]>());

    public Task<IRows> OpenRowsAsync(ModelVersion version, CancellationToken cancellationToken) =>
        Task.FromResult<IRows>(new RowsInMemory(rows, SplitKey.FromHex(version.Specification.SplitKey)));

    public List<string> WithoutRows { get; } = [];

    public void DeleteRows(string version) => WithoutRows.Add(version);

    public Stream OpenFile(string version, string file) => Stream.Null;

    public void DeleteVersion(string version) => Deleted.Add(version);

    public IReadOnlyList<(string Version, Guid? JobId)> ListVersions() => Folders;

    public void SweepStaging(bool onlyProcess) => Sweeps++;

    public bool IsWritable() => true;

    public void WriteActivePointer(ActivePointer active) => Pointers.Add(active);
}

/// <summary>Rows of a test, sorted as a rows file has them.</summary>
public sealed class RowsInMemory : IRows
{
    private readonly CountedRow[] _rows;
    private readonly byte[] _file;

    public RowsInMemory(IReadOnlyList<LabelledExample> rows, SplitKey key)
    {
        using var sorter = new RowsSorter(() => new MemoryStream());
        foreach (var row in rows)
        {
            sorter.Add(row);
        }

        _rows = [.. sorter.Sorted(key)];
        using var file = new MemoryStream();
        Header = RowsFile.Write(file, _rows, key);
        _file = file.ToArray();
    }

    public RowsHeader Header { get; }

    public IEnumerable<CountedRow> Read() => _rows;

    public Stream Open() => new MemoryStream(_file, writable: false);

    public void Dispose()
    {
    }
}
