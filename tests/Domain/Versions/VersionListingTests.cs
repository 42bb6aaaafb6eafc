using ModelOps.Domain.Versions;

namespace ModelOps.Domain.Tests.Versions;

public sealed class VersionListingTests
{
    [Theory]
    [InlineData("pilot", true)]
    [InlineData(" Año 2026: primavera ", true)]
    [InlineData("a.b-c_d", true)]
    [InlineData("", false)]
    [InlineData("   ", false)]
    [InlineData(null, false)]
    [InlineData("two|three", false)]
    [InlineData("one,two", false)]
    [InlineData("<b>", false)]
    [InlineData("line\nbreak", false)]
    public void IsTag_OfAText_AllowsWordsOnly(string? text, bool expected) => Assert.Equal(expected, VersionListing.IsTag(text));

    [Fact]
    public void IsTag_OfTheLongestTagAndOneMore_IsTrueAndFalse() => Assert.Equal(
        (true, false),
        (VersionListing.IsTag(new string('a', VersionListing.MaxTag)), VersionListing.IsTag(new string('a', VersionListing.MaxTag + 1))));

    [Theory]
    [InlineData("v20251111_153045", "2025-11-11T15:30:45Z")]
    [InlineData("v20251111_153045_2", "2025-11-11T15:30:45Z")]
    [InlineData("v20251341_153045", null)]
    [InlineData("none", null)]
    [InlineData(null, null)]
    public void TimeOf_AName_IsTheTimeThatItStates(string? name, string? expected) => Assert.Equal(
        expected is null ? null : DateTime.Parse(expected, null, System.Globalization.DateTimeStyles.AdjustToUniversal),
        VersionName.TimeOf(name));

    [Fact]
    public void Next_OfTheCounter_NeverGivesANumberAgain()
    {
        var counter = (VersionCounter)Activator.CreateInstance(typeof(VersionCounter), nonPublic: true)!;

        Assert.Equal([1, 2, 3], new[] { counter.Next(), counter.Next(), counter.Next() });
        Assert.Equal(3, counter.Last);
    }
}
