using System.Globalization;
using System.Text.Json;

namespace ModelOps.Domain.Tests;

public class SentenceTests
{
    private static readonly Sentence Nested = Sentence.Of($"Line {3}: {Sentence.Of($"is not a number")} {"x"} {1.5}");

    [Fact]
    public void Of_WhenArgumentsAreOfManyKinds_ReadsAsEnglish() => Assert.Equal("Line 3: is not a number x 1.5", Nested.ToString());

    [Fact]
    public void Say_WhenAnArgumentIsASentence_TranslatesBoth() =>
        Assert.Equal("[Line 3: [is not a number] x 1.5]", Nested.Say(CultureInfo.GetCultureInfo("en"), format => $"[{format}]"));

    [Theory]
    [InlineData("en", "1 row of 1,234,567, 0.001")]
    [InlineData("es", "1 fila de 1.234.567, 0,001")]
    public void Say_OfNumbers_HasTheFormOfTheLanguage(string language, string expected)
    {
        var sentence = Sentence.Of($"{1:# row|# rows} of {1_234_567}, {0.001}");
        Func<string, string> translate = language == "en" ? format => format : _ => "{0:# fila|# de filas|# filas} de {1}, {2}";

        Assert.Equal(expected, sentence.Say(CultureInfo.GetCultureInfo(language), translate));
        Assert.Equal(expected, Sentence.FromStored(sentence.ToStored(1_000)).Say(CultureInfo.GetCultureInfo(language), translate));
    }

    [Theory]
    [InlineData(0, "none")]
    [InlineData(1, "1 fila")]
    [InlineData(2, "2 filas")]
    [InlineData(1.5, "1,5 filas")]
    [InlineData(1_000_000, "1.000.000 de filas")]
    [InlineData(1_000_001, "1.000.001 filas")]
    public void Say_InSpanish_FollowsThePluralRulesOfCldr(double number, string expected) => Assert.Equal(
        expected, Sentence.Of($"{number:=0 none|# fila|# de filas|# filas}").Say(CultureInfo.GetCultureInfo("es"), format => format));

    [Fact]
    public void Say_OfATextWithPluralForms_TakesTheLastForm() =>
        Assert.Equal("a lot of rows", Sentence.Of($"{"a lot of":# row|# rows}").ToString());

    [Fact]
    public void Message_OfARefusalWithACount_IsEnglish() => Assert.Equal(
        "1 row is wrong.", new RefusalException(RefusalKind.Invalid, "wrong", $"{1:# row is|# rows are} wrong.").Message);

    [Fact]
    public void FromStored_WhenWrittenByToStored_IsTheSameSentence()
    {
        Assert.Equal(Nested, Sentence.FromStored(Nested.ToStored(1_000)));
        Assert.Equal(Sentence.Of($"is missing"), Sentence.FromStored(Sentence.Of($"is missing").ToStored(1_000)));
        Assert.NotEqual(Nested, Sentence.FromStored("Line 3: is not a number x 1.5"));
    }

    [Theory]
    [InlineData("The server's storage is full. Make room and train again.")]
    [InlineData("{")]
    [InlineData("{0} and {1}")]
    [InlineData("{}")]
    [InlineData("{\"format\": \"{1}\", \"arguments\": [\"a\"]}")]
    [InlineData("{\"format\": \"x\"}")]
    [InlineData("")]
    public void FromStored_WhenThePlainTextIsOfAnEarlierRelease_ShowsItAsItIs(string text)
    {
        Assert.Equal(text, Sentence.FromStored(text).ToString());
        Assert.Empty(Sentence.FromStored(text).Arguments);
    }

    [Fact]
    public void ToStored_WhenTheSentenceIsTooLong_CutsItToPlainText()
    {
        var stored = Sentence.Of($"Say {new string('x', 100)}").ToStored(50);

        Assert.Equal("Say " + new string('x', 46), stored);
        Assert.Equal(stored, Sentence.FromStored(stored).ToString());
    }

    [Fact]
    public void ToStored_WhenTheSentenceJustFits_KeepsItsArguments()
    {
        var stored = Nested.ToStored(1_000);

        Assert.Equal(stored, Nested.ToStored(stored.Length));
        Assert.Equal("Line 3: is not a number x 1.5", Nested.ToStored(stored.Length - 1));
        Assert.Equal("Line 3", Nested.ToStored(6));
    }

    [Fact]
    public void Equals_WhenFormatOrArgumentsDiffer_IsFalse()
    {
        Assert.Equal(Sentence.Of($"{1} row"), Sentence.Of($"{1} row"));
        Assert.NotEqual(Sentence.Of($"{1} row"), Sentence.Of($"{2} row"));
        Assert.NotEqual(Sentence.Of($"{1} row"), Sentence.Of($"{1} line"));
        Assert.False(Nested.Equals(null));
    }

    [Fact]
    public void Json_WhenThereAreNoArguments_IsABareString()
    {
        Assert.Equal("\"is missing\"", JsonSerializer.Serialize(Sentence.Of($"is missing")));
        Assert.Equal(Nested, JsonSerializer.Deserialize<Sentence>(JsonSerializer.Serialize(Nested)));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Sentence>("""{"format": "{1}", "arguments": []}"""));
    }
}
