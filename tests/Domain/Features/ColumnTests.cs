using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Features;

public class ColumnTests
{
    private static readonly Column Smoker = Column.Coded("smoker", ["never", "former", "now"], $"must be never, former or now");

    [Theory]
    [InlineData(0, false, false, true)]
    [InlineData(0, true, false, false)]
    [InlineData(0.001, true, false, true)]
    [InlineData(10, false, false, true)]
    [InlineData(10, false, true, false)]
    [InlineData(9.999, false, true, true)]
    [InlineData(10.001, false, true, false)]
    [InlineData(-0.001, false, true, false)]
    [InlineData(double.NaN, true, true, false)]
    public void ProblemOf_WhenALimitIsExclusive_RefusesTheLimitItself(
        double value, bool minimumIsExclusive, bool maximumIsExclusive, bool valid)
    {
        var column = Column.Number(
            "waist", new ColumnUnit("cm"), new Limit(0, minimumIsExclusive), new Limit(10, maximumIsExclusive), [1], $"must be between 0 and 10");

        Assert.Equal(valid ? null : column.Outside, column.ProblemOf(value));
    }

    [Theory]
    [InlineData("never", 0)]
    [InlineData(" Former\t", 1)]
    [InlineData("NOW", 2)]
    public void TryParseCode_WhenTheTextIsACode_GivesItsIndex(string text, int expected)
    {
        Assert.True(Smoker.TryParseCode(text, out var number));
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("nowadays")]
    public void TryParseCode_WhenTheTextIsNoCode_IsFalse(string text)
    {
        Assert.False(Smoker.TryParseCode(text, out var number));
        Assert.Equal(0, number);
    }
}
