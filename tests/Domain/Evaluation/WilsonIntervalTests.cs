using ModelOps.Domain.Evaluation;

namespace ModelOps.Domain.Tests.Evaluation;

public sealed class WilsonIntervalTests
{
    /// <summary>Expected values: statsmodels.stats.proportion.proportion_confint(…, method="wilson").</summary>
    [Theory]
    [InlineData(0, 10, 0, 0.27753280)]
    [InlineData(10, 10, 0.72246720, 1)]
    [InlineData(8, 10, 0.49016247, 0.94331785)]
    [InlineData(90, 100, 0.82563434, 0.94477086)]
    public void Of_Counts_IsTheScoreInterval(int successes, int observations, double low, double high)
    {
        var interval = WilsonInterval.Of(successes, observations);

        Assert.Equal(low, interval.Low, 6);
        Assert.Equal(high, interval.High, 6);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    public void Of_CountsThatCannotBe_Throws(int successes, int observations) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(successes, observations));
}
