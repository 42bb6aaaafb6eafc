using ModelOps.Domain.Versions;

namespace ModelOps.Domain.Tests.Versions;

public class VersionRefusalsTests
{
    [Theory]
    [InlineData("v20251111_153045", "it is v20251111_153045 now")]
    [InlineData(null, "it is none now")]
    public void ActiveModelChanged_WhenAnotherVersionIsActive_NamesIt(string? active, string expected) =>
        Assert.Contains(expected, VersionRefusals.ActiveModelChanged(active).Message, StringComparison.Ordinal);
}
