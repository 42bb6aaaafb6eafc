using ModelOps.Application.Users;

namespace ModelOps.Application.Tests.Users;

public sealed class SessionTimingTests
{
    /// <summary>The worst case: another replica has just read the session, and a page's connection is ended at the second check.</summary>
    [Fact]
    public void Default_EndsEverythingWithinAMinute() =>
        Assert.InRange(SessionTiming.Default.Check + (2 * SessionTiming.Default.Watch), TimeSpan.Zero, TimeSpan.FromSeconds(55));
}
