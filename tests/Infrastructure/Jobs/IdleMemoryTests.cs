using ModelOps.Infrastructure.Jobs;

namespace ModelOps.Infrastructure.Tests.Jobs;

public class IdleMemoryTests
{
    private const long Large = IdleMemory.WorthwhileBytes;

    [Fact]
    public void ShouldRelease_WhenLargeWorkHasEnded_ReleasesOnce()
    {
        var memory = new IdleMemory(TimeProvider.System);

        Assert.False(memory.ShouldRelease(Large));
        Assert.False(memory.ShouldRelease(2 * Large));
        Assert.True(memory.ShouldRelease((2 * Large) + 1));
        Assert.False(memory.ShouldRelease((2 * Large) + 2));
    }

    [Fact]
    public void ShouldRelease_WhenLittleIsAllocatedInEachInterval_WaitsUntilItIsWorthwhile()
    {
        var memory = new IdleMemory(TimeProvider.System);
        const long step = IdleMemory.IdleBytes - 1;

        var released = Enumerable.Range(1, 40).Select(i => memory.ShouldRelease(i * step)).ToArray();

        Assert.Equal(Large / step + 1, Array.IndexOf(released, true) + 1);
        Assert.Equal(2, released.Count(r => r));
    }

    [Fact]
    public void ShouldRelease_WhileTheServiceIsBusy_NeverReleases()
    {
        var memory = new IdleMemory(TimeProvider.System);

        Assert.All(Enumerable.Range(1, 50), i => Assert.False(memory.ShouldRelease(i * IdleMemory.IdleBytes)));
    }
}
