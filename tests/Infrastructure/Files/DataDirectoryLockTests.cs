using ModelOps.Infrastructure.Files;
using ModelOps.TestSupport;

namespace ModelOps.Infrastructure.Tests.Files;

public sealed class DataDirectoryLockTests
{
    [Fact]
    public void Acquire_WhenAnotherHoldsIt_RefusesUntilItIsReleased()
    {
        using var folder = new TempFolder();
        var directory = new DataDirectory(folder.Path);
        using var second = new DataDirectoryLock(directory);
        using (var first = new DataDirectoryLock(directory))
        {
            first.Acquire();
            first.Acquire();

            var refused = Assert.Throws<StartupException>(second.Acquire);
            Assert.Contains("ModelOps__DataDirectory", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(folder.Path, refused.Message, StringComparison.Ordinal);
        }

        second.Acquire();
        Assert.True(File.Exists(directory.Lock));
    }

    [LinuxFact("On Windows, an open lock file can't be removed.")]
    public void Acquire_WhenTheLockFileWasRemoved_StillRefuses()
    {
        using var folder = new TempFolder();
        var directory = new DataDirectory(folder.Path);
        using var first = new DataDirectoryLock(directory);
        first.Acquire();
        File.Delete(directory.Lock);

        var refused = Assert.Throws<StartupException>(new DataDirectoryLock(directory).Acquire);

        Assert.StartsWith("Another ModelOps process", refused.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public void Acquire_OnAReadOnlyMount_NamesThatAndNoOtherProcess()
    {
        using var folder = new TempFolder();
        var directory = new DataDirectory(folder.Path);
        directory.Create();
        using var mount = SmallDisk.TryProtect(folder.Path);
        Assert.NotNull(mount);

        var refused = Assert.Throws<StartupException>(new DataDirectoryLock(directory).Acquire);

        Assert.StartsWith("ModelOps can't write to its data directory", refused.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public void Create_OnAReadOnlyMount_NamesThatAndNoOtherProcess()
    {
        using var folder = new TempFolder();
        using var mount = SmallDisk.TryProtect(folder.Path);
        Assert.NotNull(mount);

        var refused = Assert.Throws<StartupException>(new DataDirectory(folder.Path).Create);

        Assert.StartsWith("ModelOps can't write to its data directory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_OfAnotherDirectory_IsIndependent()
    {
        using var one = new TempFolder();
        using var another = new TempFolder();
        using var first = new DataDirectoryLock(new DataDirectory(one.Path));
        using var second = new DataDirectoryLock(new DataDirectory(another.Path));

        first.Acquire();
        second.Acquire();

        Assert.Throws<StartupException>(new DataDirectoryLock(new DataDirectory(another.Path)).Acquire);
    }
}
