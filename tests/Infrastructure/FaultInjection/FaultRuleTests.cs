using ModelOps.Infrastructure.FaultInjection;

namespace ModelOps.Infrastructure.Tests.FaultInjection;

public sealed class FaultRuleTests
{
    [Fact]
    public void ReadAll_WithPointsSubjectsAndActions_ReadsEach() => Assert.Equal(
        [new FaultRule("version.renamed", null, FaultAction.Kill), new FaultRule("trainer.epoch", 5, FaultAction.Abort)],
        FaultRule.ReadAll("version.renamed=kill; trainer.epoch/5=Abort;"));

    [Theory]
    [InlineData("version.renamed")]
    [InlineData("=kill")]
    [InlineData("version.renamed=explode")]
    [InlineData("trainer.epoch/five=kill")]
    [InlineData("trainer.epoch/5/6=kill")]
    [InlineData("a=kill=pause")]
    public void ReadAll_WithAnythingElse_IsRefused(string text) =>
        Assert.Throws<StartupException>(() => FaultRule.ReadAll(text));

    /// <summary>This very process was given no faults, so nothing may come of a hit.</summary>
    [Fact]
    public void Hit_WhenNoFaultsWereAskedFor_DoesNothing()
    {
        FaultPoints.Hit("version.renamed");
        FaultPoints.EnsureAllowed();
        Assert.Same(TimeProvider.System, FaultPoints.Clock);
    }
}
