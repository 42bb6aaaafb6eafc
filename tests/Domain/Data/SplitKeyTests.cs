using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Data;

public class SplitKeyTests
{
    // Python's hmac and struct, by reference.py. A change here moves rows from test to training in every installation.
    [Theory]
    [InlineData(5.4, 44, 23.5, Gender.F, 8545909177633673270)]
    [InlineData(7.9, 55, 31.25, Gender.M, 1821224332505492891)]
    [InlineData(0.30000000000000004, 0, 5, Gender.M, 15981001600533394525)]
    [InlineData(0.30000000000000004, -0.0, 5, Gender.M, 15981001600533394525)]
    public void HashOf_WhenKeyAndRowAreKnown_IsPinned(double hba1c, double age, double bmi, Gender gender, ulong expected) =>
        Assert.Equal(expected, Rows.Key.HashOf(new PatientFeatures(hba1c, age, bmi, gender)));

    [Theory]
    [InlineData(0, SplitSide.Test)]
    [InlineData(199, SplitSide.Test)]
    [InlineData(200, SplitSide.Validation)]
    [InlineData(299, SplitSide.Validation)]
    [InlineData(300, SplitSide.Training)]
    [InlineData(999, SplitSide.Training)]
    [InlineData(1_000, SplitSide.Test)]
    [InlineData(8545909177633673270, SplitSide.Validation)]
    [InlineData(ulong.MaxValue, SplitSide.Training)] // …551,615
    public void SideOf_WhenHashIsGiven_FollowsItsLastThreeDigits(ulong hash, SplitSide expected) =>
        Assert.Equal(expected, SplitKey.SideOf(hash));

    [Fact]
    public void HashOf_WhenKeysDiffer_Differs()
    {
        var features = new PatientFeatures(5.4, 44, 23.5, Gender.F);

        Assert.NotEqual(SplitKey.Generate().HashOf(features), SplitKey.Generate().HashOf(features));
    }

    [Fact]
    public void FromHex_WhenGivenItsOwnHex_IsTheSameKey()
    {
        Assert.Equal("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", Rows.Key.ToHex());
        Assert.Equal(Rows.Key.ToArray(), SplitKey.FromHex(Rows.Key.ToHex()).ToArray());
    }

    [Fact]
    public void ToArray_WhenChanged_LeavesTheKeyAlone()
    {
        Rows.Key.ToArray()[0] = 255;

        Assert.Equal(0, Rows.Key.ToArray()[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Constructor_WhenLengthIsWrong_Throws(int length) => Assert.Throws<ArgumentException>(() => new SplitKey(new byte[length]));

    [Fact]
    public void Installation_WhenCreated_KeepsTheKey() =>
        Assert.Equal(Rows.Key.ToArray(), Installation.Create(Rows.Key).SplitKey);
}
