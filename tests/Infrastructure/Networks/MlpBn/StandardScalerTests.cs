using ModelOps.Domain.Features;
using ModelOps.Domain.Tests.Data;
using ModelOps.Infrastructure.Networks.MlpBn;
using static ModelOps.Domain.Features.DiabetesClass;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

/// <summary>Expected figures are those of scikit-learn's <c>StandardScaler</c>, by <c>reference.py</c>.</summary>
public class StandardScalerTests
{
    private static readonly LabelledExample[] Five =
    [
        Rows.Of(Negative, 50, 4.9, 24), Rows.Of(Prediabetes, 26, 5.8, 23.1, Gender.M), Rows.Of(Diabetes, 33, 7.4, 21),
        Rows.Of(Diabetes, 61, 12.05, 39.5, Gender.M), Rows.Of(Prediabetes, 45, 6.1, 29, Gender.M),
    ];

    [Fact]
    public void Fit_WhenRowsAreGiven_AgreesWithScikitLearn()
    {
        var scaler = StandardScaler.Fit(Five);

        AssertClose([7.25, 43, 27.32, 0.6], scaler.Mean);
        AssertClose([2.5302173819654312, 12.37739875741264, 6.632465604886315, 0.48989794855663565], scaler.Scale);
    }

    [Fact]
    public void Transform_WhenFitted_AgreesWithScikitLearn()
    {
        var transformed = new float[PatientFeatures.Count];
        StandardScaler.Fit(Five).Transform(Five[3].Features, transformed);

        Assert.Equal([1.8970702f, 1.4542636f, 1.8364211f, 0.8164966f], transformed);
    }

    [Fact]
    public void Fit_WhenAFeatureIsConstant_HasScaleOne()
    {
        // Summed in ten parts, the mean of ten times 0.1 is 0.09999999999999999: the spread left over is rounding alone.
        var scaler = StandardScaler.Fit([.. Enumerable.Range(0, 10).Select(i => Rows.Of(Negative, age: 0.1, hba1c: 5 + i, bmi: 0.1))]);

        Assert.Equal([1, 1, 1], scaler.Scale.Skip(1));
        Assert.NotEqual(1, scaler.Scale[0]);
    }

    [Fact]
    public void Fit_WhenThereIsOneRow_MapsItToZero()
    {
        var transformed = new float[PatientFeatures.Count];
        StandardScaler.Fit(Five[..1]).Transform(Five[0].Features, transformed);

        Assert.Equal([0, 0, 0, 0], transformed);
    }

    [Theory]
    [InlineData(4, 3, 1, 1)]
    [InlineData(3, 4, 1, 1)]
    [InlineData(4, 4, double.NaN, 1)]
    [InlineData(4, 4, double.PositiveInfinity, 1)]
    [InlineData(4, 4, 1, 0)]
    [InlineData(4, 4, 1, -1)]
    [InlineData(4, 4, 1, double.NaN)]
    [InlineData(4, 4, 1, double.PositiveInfinity)]
    public void Constructor_WhenValuesCantScale_Throws(int means, int scales, double mean, double scale) =>
        Assert.Throws<ArgumentException>(() => new StandardScaler(
            [.. Enumerable.Repeat(mean, means)], [.. Enumerable.Repeat(scale, scales)]));

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 12));
    }
}
