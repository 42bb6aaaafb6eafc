using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Features;

public class ParsingTests
{
    [Theory]
    [InlineData("N", DiabetesClass.Negative)]
    [InlineData("n", DiabetesClass.Negative)]
    [InlineData(" P ", DiabetesClass.Prediabetes)]
    [InlineData("Y\t", DiabetesClass.Diabetes)]
    [InlineData("negative", DiabetesClass.Negative)]
    [InlineData("PREDIABETES", DiabetesClass.Prediabetes)]
    [InlineData(" Diabetes", DiabetesClass.Diabetes)]
    public void TryParse_WhenItNamesAClass_ReadsIt(string text, DiabetesClass expected)
    {
        Assert.True(DiabetesClasses.TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("D")]
    [InlineData("Yes")]
    [InlineData("N P")]
    [InlineData("Pre-diabetes")]
    [InlineData("Diabetes\0")]
    public void TryParse_WhenItNamesNoClass_IsFalse(string text) => Assert.False(DiabetesClasses.TryParse(text, out _));

    [Fact]
    public void All_WhenListed_IsInTheOrderOfTheNetworksOutputs()
    {
        Assert.Equal([0, 1, 2], DiabetesClasses.All.Select(c => (int)c));
        Assert.Equal(Enum.GetValues<DiabetesClass>(), DiabetesClasses.All);
        Assert.Equal(DiabetesClasses.Count, DiabetesClasses.All.Count);
    }

    [Theory]
    [InlineData("F", Gender.F)]
    [InlineData("f ", Gender.F)]
    [InlineData(" M", Gender.M)]
    [InlineData("m", Gender.M)]
    public void TryParse_WhenItNamesAGender_ReadsIt(string text, Gender expected)
    {
        Assert.True(Genders.TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("MF")]
    [InlineData("Male")]
    [InlineData("Ｍ")]
    public void TryParse_WhenItNamesNoGender_IsFalse(string text) => Assert.False(Genders.TryParse(text, out _));
}
