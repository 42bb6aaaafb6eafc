using System.Globalization;
using ModelOps.Domain.Data;

namespace ModelOps.Domain.Tests.Data;

public class PatientTokenTests
{
    // Python's hmac, with a key by HKDF (RFC 5869) without salt. A change here moves patients to other folds and forgets nobody any more.
    [Theory]
    [InlineData("17975", 416014582742003733, 7)]
    [InlineData("AB-12", 11243398393251555464, 4)]
    [InlineData("Ñ1", 4652154089577110729, 7)]
    public void TokenOf_WhenKeyAndReferenceAreKnown_IsPinned(string reference, ulong token, byte fold)
    {
        Assert.Equal(new PatientToken(token), Rows.Key.TokenOf(reference));
        Assert.Equal(fold, Rows.Key.TokenOf(reference).Fold);
    }

    [Theory]
    [InlineData(" 17975\t", "17975")]
    [InlineData("ab-12", "AB-12")]
    [InlineData("N\u03031", "\u00d11")]
    [InlineData("\uff11\uff12", "12")]
    public void TokenOf_WhenAReferenceIsWrittenOtherwise_IsTheSame(string one, string other) =>
        Assert.Equal(Rows.Key.TokenOf(other), Rows.Key.TokenOf(one));

    [Theory]
    [InlineData("017975", "17975")]
    [InlineData("1797 5", "17975")]
    public void TokenOf_WhenReferencesDiffer_Differs(string one, string other) =>
        Assert.NotEqual(Rows.Key.TokenOf(other), Rows.Key.TokenOf(one));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void TokenOf_WithoutAReference_IsUnknown(string? reference)
    {
        Assert.False(Rows.Key.TokenOf(reference).IsKnown);
        Assert.Null(Rows.Key.TokenOf(reference).ToStored());
    }

    [Fact]
    public void TokenOf_UnderAnotherKey_Differs() => Assert.NotEqual(Rows.Key.TokenOf("1"), new SplitKey(new byte[32]).TokenOf("1"));

    [Fact]
    public void TokenOf_HalfASurrogatePair_IsAToken() => Assert.True(Rows.Key.TokenOf("\ud800").IsKnown);

    [Theory]
    [InlineData(1)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void FromStored_OfWhatWasStored_IsTheToken(ulong value)
    {
        var token = new PatientToken(value);

        Assert.Equal(token, PatientToken.FromStored(token.ToStored()));
        Assert.False(PatientToken.FromStored(null).IsKnown);
        Assert.DoesNotContain(value.ToString(CultureInfo.InvariantCulture), token.ToString(), StringComparison.Ordinal);
    }
}
