using System.Text.Json;

namespace ModelOps.Domain.Tests;

public class SentenceTests
{
    private static readonly Sentence Nested = Sentence.Of($"Line {3}: {Sentence.Of($"is not a number")} {"x"} {1.5}");

    [Fact]
    public void Of_WhenArgumentsAreOfManyKinds_ReadsAsEnglish() => Assert.Equal("Line 3: is not a number x 1.5", Nested.ToString());

    [Fact]
    public void Say_WhenAnArgumentIsASentence_TranslatesBoth() =>
        Assert.Equal("[Line 3: [is not a number] x 1.5]", Nested.Say(format => $"[{format}]"));

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
