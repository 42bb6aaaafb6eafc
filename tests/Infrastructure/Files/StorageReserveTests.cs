using ModelOps.Domain;
using ModelOps.Infrastructure.Files;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Files;

/// <summary>On a disk of 1 MB the reserve has 64 KB.</summary>
public sealed class StorageReserveTests
{
    private const int Size = 64 * 1024;

    [RootFact]
    public void MakeRoom_WhenTheDiskIsFull_GivesUpTheRoomThatWasTaken()
    {
        using var disk = Mount();
        var reserve = new StorageReserve(disk.Path);
        reserve.TopUp();
        Assert.Equal(Size, new FileInfo(ReserveOf(disk)).Length);
        disk.Fill();
        Assert.ThrowsAny<IOException>(() => Write(disk, "before"));

        reserve.MakeRoom();

        Assert.False(File.Exists(ReserveOf(disk)));
        Write(disk, "after");
    }

    [RootFact]
    public void MakeRoom_WhenThereIsRoom_KeepsTheReserve()
    {
        using var disk = Mount();
        var reserve = new StorageReserve(disk.Path);
        reserve.TopUp();

        reserve.MakeRoom();

        Assert.True(File.Exists(ReserveOf(disk)));
    }

    [RootFact]
    public void TopUp_WhenTheReserveWasGivenUp_WaitsForRoom()
    {
        using var disk = Mount();
        var reserve = new StorageReserve(disk.Path);
        reserve.TopUp();
        var ballast = disk.Fill();
        reserve.MakeRoom();

        reserve.TopUp();
        Assert.False(File.Exists(ReserveOf(disk)));

        File.Delete(ballast);
        reserve.TopUp();
        Assert.True(File.Exists(ReserveOf(disk)));
    }

    [RootFact]
    public void RequireRoom_WhenALargeFileComesNearTheEnd_RefusesItAndLeavesRoomForSmallWrites()
    {
        using var disk = Mount();
        var reserve = new StorageReserve(disk.Path);
        reserve.TopUp();

        var refused = Assert.Throws<RefusalException>(() =>
        {
            using var large = new FileStream(Path.Combine(disk.Path, "large"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            for (var i = 0; i < 1_000; i++)
            {
                reserve.RequireRoom();
                large.Write(new byte[4096]);
            }
        });

        Assert.Equal("insufficient_storage", refused.Code);
        reserve.MakeRoom();
        Assert.True(File.Exists(ReserveOf(disk)));
        Write(disk, "small");
    }

    [RootFact]
    public void RequireRoom_WhenTheReserveWasGivenUp_RefusesLargeFilesEarlier()
    {
        using var disk = Mount();
        var reserve = new StorageReserve(disk.Path);
        File.WriteAllBytes(Path.Combine(disk.Path, "ballast"), new byte[(1024 * 1024) - (Size * 3 / 4)]);

        Assert.Throws<RefusalException>(() => reserve.RequireRoom());
    }

    [Fact]
    public void RequireRoom_ForMoreThanTheDiskHas_Refuses()
    {
        using var folder = new TempFolder();
        var reserve = new StorageReserve(folder.Path);

        Assert.Throws<RefusalException>(() => reserve.RequireRoom(long.MaxValue / 2));
    }

    private static SmallDisk Mount()
    {
        var disk = SmallDisk.TryMount(kilobytes: 1024);
        Assert.NotNull(disk);
        return disk;
    }

    private static string ReserveOf(SmallDisk disk) => Path.Combine(disk.Path, "reserve");

    private static void Write(SmallDisk disk, string name) => DurableFiles.WriteNew(Path.Combine(disk.Path, name), new byte[4096]);
}
