using ModelOps.Domain.Data;
using ModelOps.Infrastructure.Networks.CrossfitPle;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

/// <summary>Expected values come from the functions <c>edges</c> and <c>encode</c> of the network's reference in Python.</summary>
public sealed class BinEdgesTests
{
    private const int Count = 157;

    private static readonly double[] HbA1c = [.. Enumerable.Range(0, Count).Select(i => (30 + (i * 37 % 101)) / 10.0)];
    private static readonly double[] Age = [.. Enumerable.Range(0, Count).Select(i => 20.0 + (i * 29 % 61))];
    private static readonly double[] Bmi = [.. Enumerable.Range(0, Count).Select(i => 18 + (i * 53 % 97 * 0.25))];
    private static readonly byte[] Folds = [.. Enumerable.Range(0, Count).Select(i => (byte)(i % 10))];
    private static readonly byte[] Classes =
        [.. Enumerable.Range(0, Count).Select(i => (byte)(i % 11 == 0 ? 1 : HbA1c[i] + (i % 7 * 0.3) > 7.5 ? 2 : 0))];

    [Fact]
    public void Of_HbA1c_ReturnsClassBalancedQuantilesWithTheKnots()
    {
        var edges = Edges(HbA1c, Classes, Folds).Of(PiecewiseEncoding.HbA1c, withoutFold: 4);

        Assert.Equal(
            [
                3.0, 3.3, 3.4, 3.6, 3.7, 3.9, 4.4, 4.5, 4.8, 4.9, 5.1, 5.2, 5.4, 5.6, 5.7, 6.0, 6.2, 6.3, 6.4, 6.5, 6.6, 6.7, 6.9, 7.1, 8.0,
                8.6, 9.0, 9.6, 10.1, 10.7, 11.4, 12.0, 12.5, 13.0,
            ],
            edges);
    }

    [Fact]
    public void Of_AgeAndBmi_ReturnsClassBalancedQuantiles()
    {
        Assert.Equal([20, 26, 34, 42, 49, 57, 65, 72, 80], Edges(Age, Classes, Folds).Of(PiecewiseEncoding.Age, withoutFold: 4));
        Assert.Equal(
            [18, 19.25, 20.25, 21.5, 25.5, 29.75, 34, 37.75, 42],
            Edges(Bmi, Classes, Folds).Of(PiecewiseEncoding.Bmi, withoutFold: 4));
    }

    [Fact]
    public void Of_WhenOtherFoldsChange_ReturnsOtherEdgesButNeverReadsTheFoldThatIsLeftOut()
    {
        var before = Edges(HbA1c, Classes, Folds);
        double[] changed = [.. HbA1c.Select((x, i) => Folds[i] == 3 ? 24 - x : x)];
        var after = Edges(changed, Classes, Folds);

        Assert.Equal(before.Of(PiecewiseEncoding.HbA1c, 3), after.Of(PiecewiseEncoding.HbA1c, 3));
        Assert.NotEqual(before.Of(PiecewiseEncoding.HbA1c, 4), after.Of(PiecewiseEncoding.HbA1c, 4));
    }

    /// <summary>Of three classes, two have ended and a quarter of the third is reached: exactly 3/4 of the weight.</summary>
    [Fact]
    public void Of_WhenTheWeightReachesAQuantileExactly_TakesThatValue()
    {
        double[] values = [1, 2, 3, 4, 5, 6];
        byte[] classes = [0, 1, 2, 2, 2, 2];

        var edges = Edges(values, classes, new byte[6]).Of(PiecewiseEncoding.Age, withoutFold: 9);

        Assert.Equal([1, 2, 3, 5, 6], edges);
    }

    [Fact]
    public void Of_WhenTheFeatureIsConstant_ReturnsOneEdge() =>
        Assert.Equal([6.0], Edges([6, 6, 6], [0, 1, 2], [0, 1, 2]).Of(PiecewiseEncoding.HbA1c, withoutFold: 0));

    [Fact]
    public void Of_WhenNoRowIsLeft_ReturnsNone() =>
        Assert.Empty(Edges([6, 7], [0, 1], [4, 4]).Of(PiecewiseEncoding.HbA1c, withoutFold: 4));

    private static BinEdges Edges(double[] values, byte[] classes, byte[] folds) =>
        new(values, classes, Array.ConvertAll(folds, fold => FoldSet.Of(fold)));
}
