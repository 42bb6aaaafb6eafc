using ModelOps.Domain.Data;
using ModelOps.Domain.Predictions;

namespace ModelOps.Domain.Tests.Predictions;

public sealed class ReferenceKeyTests
{
    private static readonly ReferenceKey Key = new(new SplitKey(new byte[SplitKey.Bytes]));

    /// <summary>Pinned, because stored tokens must be found for ever. Computed with Python's hmac and RFC 5869 by hand.</summary>
    [Fact]
    public void TokenOf_AReference_NeverChanges() => Assert.Equal(-3060911982764347798L, Key.TokenOf("MRN-1"));

    [Theory]
    [InlineData("MRN-1", " mrn-1 ")]
    [InlineData("ñandú", "n\u0303andu\u0301")]
    public void TokenOf_TheSameReferenceWrittenOtherwise_IsTheSame(string one, string other) =>
        Assert.Equal(Key.TokenOf(one), Key.TokenOf(other));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void TokenOf_NoReference_IsNull(string? reference) => Assert.Null(Key.TokenOf(reference));

    [Fact]
    public void TokenOf_OtherReferencesOrKeys_Differs()
    {
        Assert.NotEqual(Key.TokenOf("MRN-1"), Key.TokenOf("MRN-2"));
        Assert.NotEqual(Key.TokenOf("MRN-1"), new ReferenceKey(SplitKey.Generate()).TokenOf("MRN-1"));
        Assert.NotNull(Key.TokenOf("\ud800"));
    }
}
