using ModelOps.Domain.Evaluation;

namespace ModelOps.Domain.Tests.Evaluation;

public class McNemarTests
{
    // scipy.stats.binomtest, and 2·cdf(k − 1) + pmf(k) of scipy.stats.binom, by reference.py. 2^−999 is worked by hand.
    [Theory]
    [InlineData(6, 0, 0.03125, 0.015625)]
    [InlineData(9, 1, 0.021484375, 0.011718750000000002)]
    [InlineData(1, 9, 0.021484375, 0.011718750000000002)]
    [InlineData(10, 25, 0.016673847800120715, 0.011330984183587137)]
    [InlineData(7, 7, 1, 1)]
    [InlineData(0, 5, 0.0625, 0.03125)]
    [InlineData(0, 0, 1, 1)]
    [InlineData(400, 500, 0.0009564441369189373, 0.0008541955361977137)]
    [InlineData(9_000, 9_400, 0.0032655409890300887, 0.003189465936927532)]
    [InlineData(1_000, 0, 1.8665272370064378e-301, 9.332636185032189e-302)]
    public void PValues_WhenCountsAreGiven_AgreeWithScipy(int b, int c, double exact, double midP)
    {
        var actual = McNemar.PValues(b, c);

        Assert.Equal(1, actual.Exact / exact, 10);
        Assert.Equal(1, actual.MidP / midP, 10);
    }

    [Fact]
    public void PValues_WhenTooSmallForADouble_AreZero() => Assert.Equal((0, 0), McNemar.PValues(1_200_000, 0));

    [Fact]
    public void PValues_WhenACountIsNegative_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => McNemar.PValues(-1, 3));

    // Worked by hand with z = 1.959964 and 0.841621: ψ = (98 + 1)/(988 + 2) = 0.1 gives
    // (1.959964·0.3162278 + 0.841621·√0.0996)² / 0.0004 = (0.6197950 + 0.2656110)² / 0.0004 = 1959.86.
    // Without discordance ψ is the gain itself: (1.959964·√0.02 + 0.841621·√0.0196)² / 0.0004 = 390.08.
    // Without any row ψ = ½: (1.959964·√0.5 + 0.841621·√0.4996)² / 0.0004 = 9808.74.
    [Theory]
    [InlineData(98, 988, 1_960)]
    [InlineData(0, 5_000, 391)]
    [InlineData(0, 0, 9_809)]
    public void RowsNeeded_WhenDiscordanceIsGiven_FollowsConnor(int discordant, int rows, int expected) =>
        Assert.Equal(expected, McNemar.RowsNeeded(discordant, rows, gain: 0.02));
}
