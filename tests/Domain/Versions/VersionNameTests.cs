using ModelOps.Domain.Versions;

namespace ModelOps.Domain.Tests.Versions;

public class VersionNameTests
{
    private static readonly DateTime At = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);

    [Theory]
    [InlineData(1, "v20251111_153045")]
    [InlineData(2, "v20251111_153045_2")]
    [InlineData(13, "v20251111_153045_13")]
    public void For_WhenOrdinalIsGiven_NamesTheSecond(int ordinal, string expected)
    {
        Assert.Equal(expected, VersionName.For(At, ordinal));
        Assert.True(VersionName.IsValid(expected));
    }

    [Theory]
    [InlineData("ar-SA")]
    [InlineData("th-TH")]
    public void For_WhenTheCultureCountsOtherYears_StaysTheSame(string culture)
    {
        var before = Thread.CurrentThread.CurrentCulture;
        try
        {
            Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo(culture);
            Assert.Equal("v20251111_153045_2", VersionName.For(At, 2));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v20251111_153045\n")]
    [InlineData("V20251111_153045")]
    [InlineData("v20251111_153045_")]
    [InlineData("v20251111_153045_0")]
    [InlineData("v20251111_153045_02")]
    [InlineData("v20251111_153045_1234567")]
    [InlineData("v20251111-153045")]
    [InlineData("v2025111_153045")]
    [InlineData(" v20251111_153045")]
    [InlineData("v20251111_153045/..")]
    [InlineData("../v20251111_153045")]
    [InlineData("v２０２５１１１１_153045")]
    public void IsValid_WhenItIsNoName_IsFalse(string? name) => Assert.False(VersionName.IsValid(name));

    [Fact]
    public void IsValid_WhenTheLongestNameIsGiven_FitsTheColumn()
    {
        var longest = VersionName.For(At, 999_999);

        Assert.True(VersionName.IsValid(longest));
        Assert.InRange(longest.Length, 1, VersionName.MaxLength);
    }
}
