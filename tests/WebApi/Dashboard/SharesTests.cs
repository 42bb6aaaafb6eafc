using System.Globalization;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Tests.Dashboard;

public sealed class SharesTests
{
    public static TheoryData<double[], long[]> Cases => new()
    {
        { [0.335, 0.335, 0.33], [34, 33, 33] },
        { [1.0 / 3, 1.0 / 3, 1.0 / 3], [34, 33, 33] },
        { [0.505, 0.495], [51, 49] },
        { [0.145, 0.285, 0.57], [15, 28, 57] },
        { [0.29, 0.57, 0.14], [29, 57, 14] },
        { [1, 0, 0], [100, 0, 0] },
        { [], [] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Round_InPercent_AddsUp(double[] shares, long[] expected) => Assert.Equal(expected, Shares.Round(shares, 100));

    [Fact]
    public void Round_OfAnyShares_AddsUpAndStaysWithinOneUnit()
    {
        var random = new Random(15);
        for (var round = 0; round < 1000; round++)
        {
            var parts = Enumerable.Range(0, 2 + (round % 9)).Select(_ => random.NextDouble()).ToArray();
            var shares = Array.ConvertAll(parts, part => part / parts.Sum());

            var rounded = Shares.Round(shares, 1000);

            Assert.Equal(1000, rounded.Sum());
            Assert.All(shares.Zip(rounded), pair => Assert.InRange(pair.Second - (pair.First * 1000), -1, 1));
        }
    }

    [Fact]
    public void Probabilities_NearZeroAndOne_ClaimNoCertainty()
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");

        Assert.Equal(["34 %", "33 %", "33 %"], Show.Probabilities([0.335, 0.335, 0.33]));
        Assert.Equal(["less than 1 %", "50 %", "50 %"], Show.Probabilities([0.004, 0.498, 0.498]));
        Assert.Equal(["more than 99 %", "less than 1 %", "less than 1 %"], Show.Probabilities([0.997, 0.002, 0.001]));
    }
}
