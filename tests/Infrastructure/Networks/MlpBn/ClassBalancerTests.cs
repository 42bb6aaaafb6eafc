using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks.MlpBn;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

public class ClassBalancerTests
{
    private static readonly LabelledExample[] Unbalanced =
    [
        .. Enumerable.Range(0, 20).Select(i => Rows.Of(Negative, i)),
        .. Enumerable.Range(0, 3).Select(i => Rows.Of(Prediabetes, i)),
        .. Enumerable.Range(0, 50).Select(i => Rows.Of(Diabetes, i)),
    ];

    [Fact]
    public void Oversample_WhenClassesDiffer_MakesThemEquallyLarge()
    {
        var counts = SplitCounts.ByClass(ClassBalancer.Oversample(Unbalanced, 42).Select(i => Unbalanced[i]));

        Assert.Equal([50, 50, 50], DiabetesClasses.All.Select(c => counts[c]));
    }

    [Fact]
    public void Oversample_WhenRowsAreDrawnAgain_KeepsEveryRowAndSpreadsTheRest()
    {
        var indices = ClassBalancer.Oversample(Unbalanced, 42);

        Assert.Equal(Enumerable.Range(0, Unbalanced.Length), indices[..Unbalanced.Length]);

        // 47 draws among three rows: each share is 15.7 ± 3.2.
        Assert.All(Enumerable.Range(20, 3), i => Assert.InRange(indices.Count(x => x == i) - 1, 4, 28));
        Assert.Equal(50, indices.Count(i => i >= 23));
    }

    [Fact]
    public void Oversample_WhenAClassIsAbsent_LeavesItAbsent()
    {
        LabelledExample[] rows = [Rows.Of(Negative, 1), Rows.Of(Diabetes, 1), Rows.Of(Diabetes, 2)];

        var counts = SplitCounts.ByClass(ClassBalancer.Oversample(rows, 42).Select(i => rows[i]));

        Assert.Equal([2, 0, 2], DiabetesClasses.All.Select(c => counts[c]));
    }

    [Fact]
    public void Oversample_WhenClassesAreEqual_ChangesNothing() =>
        Assert.Equal([0, 1, 2], ClassBalancer.Oversample(Rows.Many(3), 42));

    [Fact]
    public void Oversample_WhenTheSeedIsTheSame_DrawsTheSame()
    {
        Assert.Equal(ClassBalancer.Oversample(Unbalanced, 42), ClassBalancer.Oversample(Unbalanced, 42));
        Assert.NotEqual(ClassBalancer.Oversample(Unbalanced, 42), ClassBalancer.Oversample(Unbalanced, 43));
    }
}
