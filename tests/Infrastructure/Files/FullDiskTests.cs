using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Infrastructure.Files;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Files;

/// <summary>A full disk costs the new file, never an old one, and is said in the product's words.</summary>
public sealed class FullDiskTests
{
    private static readonly byte[] Large = new byte[1024 * 1024];

    [RootFact]
    public void Replace_WhenTheDiskIsFull_KeepsTheOldFile()
    {
        using var disk = Mount();
        var path = Path.Combine(disk.Path, "file");
        DurableFiles.Replace(path, "old"u8);
        var ballast = disk.Fill();

        Assert.True(DurableFiles.IsDiskFull(Assert.ThrowsAny<IOException>(() => DurableFiles.Replace(path, Large))));
        Assert.True(DurableFiles.IsDiskFull(Assert.ThrowsAny<IOException>(() => DurableFiles.Replace(path, "new"u8))));
        Assert.Equal("old"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Equal(["ballast", "file"], Names(disk.Path));

        File.Delete(ballast);
        DurableFiles.Replace(path, "new"u8);
        Assert.Equal("new"u8.ToArray(), File.ReadAllBytes(path));
    }

    [RootFact]
    public async Task StageAsync_WhenTheDiskIsFull_RefusesAndLeavesNothing()
    {
        using var disk = Mount();
        var directory = Directory(disk);
        var store = new DatasetStore(directory, Timing.Default, TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => store.StageAsync(new MemoryStream(Large), long.MaxValue, default));

        Assert.Equal("insufficient_storage", refusal.Code);
        Assert.Empty(Names(directory.Staging));
        await using var small = await store.StageAsync(new MemoryStream([1]), long.MaxValue, default);
        Assert.Equal(1, small.Bytes);
    }

    [RootFact]
    public void Publish_WhenTheDiskIsFull_RefusesAndLeavesNothing()
    {
        using var disk = Mount();
        var directory = Directory(disk);
        var store = new ArtifactStore(directory, new RowsFiles(directory),
            new StagingSweep(directory, Timing.Default, TimeProvider.System));
        using var trained = new TempFolder();
        File.WriteAllBytes(trained["model.safetensors"], Large);

        var refusal = Assert.Throws<RefusalException>(() => Versions.Publish(store, trained.Path));

        Assert.Equal("insufficient_storage", refusal.Code);
        Assert.Empty(Names(directory.Staging));
        Assert.Empty(store.ListVersions());
        disk.Fill();
        Assert.False(store.IsWritable());
    }

    private static SmallDisk Mount()
    {
        var disk = SmallDisk.TryMount();
        Assert.NotNull(disk);
        return disk;
    }

    private static DataDirectory Directory(SmallDisk disk)
    {
        var directory = new DataDirectory(Path.Combine(disk.Path, "data"));
        directory.Create();
        return directory;
    }

    private static IEnumerable<string?> Names(string folder) =>
        System.IO.Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
