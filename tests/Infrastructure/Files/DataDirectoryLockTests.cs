using ModelOps.Infrastructure.Files;

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
