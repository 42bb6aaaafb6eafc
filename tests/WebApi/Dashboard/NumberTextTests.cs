using System.Globalization;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Tests.Dashboard;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("7.2", 7.2)]
    [InlineData("7,2", 7.2)]
    [InlineData(" 0,001 ", 0.001)]
    [InlineData("0.001", 0.001)]
    [InlineData(".5", 0.5)]
    [InlineData("7,", 7)]
    [InlineData("−3", -3)]
    [InlineData("1e-3", 0.001)]
    [InlineData("1234.5", 1234.5)]
    [InlineData("7.2000", 7.2)]
    [InlineData("1000,500", 1000.5)]
    public void Read_WithCommaOrPoint_KeepsTheMagnitude(string text, double expected) =>
        Assert.Equal((expected, null), NumberText.Read(text));

    [Theory]
    [InlineData("1.200", "1.2", "1200")]
    [InlineData("7,200", "7.2", "7200")]
    [InlineData("-12,345", "-12.345", "-12345")]
    [InlineData("999.999", "999.999", "999999")]
    public void Read_WhenASeparatorMayGroupThousands_AsksWhichIsMeant(string text, string one, string other)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");

        Assert.Equal((null, $"This can mean {one} or {other}. Enter one of these two."), NumberText.Read(text));
    }

    [Theory]
    [InlineData("1,234.5")]
    [InlineData("1.234.567")]
    [InlineData("7 2")]
    [InlineData("seven")]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("--1")]
    [InlineData(".")]
    [InlineData("٣")]
    public void Read_WhenItIsNoPlainNumber_AsksForOne(string text)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es");

        Assert.Equal((null, "Escriba un número, por ejemplo 7,2."), NumberText.Read(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Read_WhenEmpty_IsNeitherANumberNorAProblem(string? text) => Assert.Equal((null, null), NumberText.Read(text));

    [Theory]
    [InlineData("es", "6.4", "6,4")]
    [InlineData("es", "6,40", "6,4")]
    [InlineData("en", "6,4", "6.4")]
    [InlineData("en", " 58 ", "58")]
    [InlineData("en", "", "")]
    [InlineData("es", "seven", "seven")]
    [InlineData("es", "1.234", "1.234")]

    // Its own format would be ambiguous, or would round it.
    [InlineData("en", "1.2340", "1.2340")]
    [InlineData("en", "1e-9", "1e-9")]
    public void InOwnFormat_OfANumber_IsWhatThePagesLanguageWrites(string language, string typed, string expected)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);

        Assert.Equal(expected, NumberText.InOwnFormat(typed));
    }
}
