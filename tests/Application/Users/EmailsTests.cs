using ModelOps.Application.Users;

namespace ModelOps.Application.Tests.Users;

public sealed class EmailsTests
{
    [Theory]
    [InlineData("ana@example.org", "ana@example.org")]
    [InlineData("\uff41na@example.org", "ana@example.org")]
    [InlineData("ﬁona@example.org", "fiona@example.org")]
    [InlineData("jose\u0301@example.org", "josé@example.org")]
    public void Normalize_GivesTheOneForm(string email, string expected) => Assert.Equal(expected, Emails.Normalize(email));

    [Theory]
    [InlineData("ana+ward_3.x@example-1.org", true)]
    [InlineData("josé@example.org", true)]
    [InlineData("анна@пример.рф", true)]
    [InlineData("花子@例え.jp", true)]
    [InlineData("a\u200bna@example.org", false)]
    [InlineData("a\u00adna@example.org", false)]
    [InlineData("a\u202ena@example.org", false)]
    [InlineData("a\ufe0fna@example.org", false)]
    [InlineData("a\u3164na@example.org", false)]
    [InlineData("a\u034fna@example.org", false)]
    [InlineData("a\u00a0na@example.org", false)]
    [InlineData("a\tna@example.org", false)]
    [InlineData("a\u0000na@example.org", false)]
    [InlineData("a😀@example.org", false)]
    public void IsVisible_OfLettersMarksAndDigits_Holds(string email, bool visible) => Assert.Equal(visible, Emails.IsVisible(email));

    [Fact]
    public void Normalize_WithHalfASurrogatePair_IsNothing()
    {
        // An attribute can't hold such a text.
        var broken = "a" + (char)0xD800 + "@example.org";

        Assert.Null(Emails.Normalize(broken));
        Assert.False(Emails.IsVisible(broken));
        Assert.False(Emails.HasOneScriptPerPart(broken));
    }

    [Theory]
    [InlineData("ana@example.org", true)]
    [InlineData("анна@example.org", true)]
    [InlineData("花子はな@example.org", true)]
    [InlineData("ana-7.b@ex-4.org", true)]
    [InlineData("p\u0430ul@example.org", false)]
    [InlineData("paul@ex\u0430mple.org", false)]
    [InlineData("p\u03b1ul@example.org", false)]
    [InlineData("paul\u0585@example.org", false)]
    [InlineData("पpaul@example.org", false)]
    public void HasOneScriptPerPart_OfMixedScripts_Fails(string email, bool holds) =>
        Assert.Equal(holds, Emails.HasOneScriptPerPart(email));
}
