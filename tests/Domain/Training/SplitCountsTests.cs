using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using ModelOps.Domain.Training;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Domain.Tests.Training;

public class SplitCountsTests
{
    [Fact]
    public void ByClass_WhenAClassIsAbsent_CountsZero()
    {
        var counts = SplitCounts.ByClass([Rows.Of(Diabetes, 1), Rows.Of(Diabetes, 2), Rows.Of(Negative, 1)]);

        Assert.Equal([1, 0, 2], DiabetesClasses.All.Select(c => counts[c]));
    }
}
