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

    [Fact]
    public void HashOf_WhenALaterSchemaAddsAColumnAndAnotherOrder_MovesNoRow()
    {
        var today = FeatureSchema.Diabetes1.Inputs;
        var waist = Column.Number("waist", new ColumnUnit("cm"), new Limit(20), new Limit(300), [80], $"must be between 20 and 300 cm");
        var later = new FeatureSchema("diabetes-2", [today[3], today[1], waist, today[0], today[2]], FeatureSchema.Diabetes1.Label);

        Assert.Equal(8545909177633673270UL, Rows.Key.HashOf(later, [0, 44, 80, 5.4, 23.5]));
        Assert.Equal(8545909177633673270UL, Rows.Key.HashOf(later, [0, 44, 99, 5.4, 23.5]));
        Assert.Equal(1821224332505492891UL, Rows.Key.HashOf(later, [1, 55, 80, 7.9, 31.25]));
    }

    [Fact]
    public void Schema_WhenAKeyColumnIsMissing_IsRefused()
    {
        var today = FeatureSchema.Diabetes1;

        Assert.Throws<ArgumentException>(() => new FeatureSchema("diabetes-2", [.. today.Inputs.Skip(1)], today.Label));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 1)]
    [InlineData(199, 1)]
    [InlineData(200, 2)]
    [InlineData(300, 3)]
    [InlineData(999, 9)]
    [InlineData(1_000, 0)]
    [InlineData(8545909177633673270, 2)]
    [InlineData(ulong.MaxValue, 6)] // …551,615
    public void FoldOf_WhenHashIsGiven_FollowsItsLastThreeDigits(ulong hash, byte expected) =>
        Assert.Equal(expected, SplitKey.FoldOf(hash));

    [Fact]
    public void FoldOf_WhenThereAreManyRows_PutsATenthIntoEachFold()
    {
        var counts = Rows.Many(20_000).CountBy(r => Rows.Key.FoldOf(r.Features)).ToDictionary();

        // The standard deviation is √(0.1·0.9/20,000) = 0.0021; four of them are allowed.
        Assert.Equal(SplitKey.Folds, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count / 20_000.0, 0.1 - 0.0085, 0.1 + 0.0085));
    }

    [Fact]
    public void Id_WhenKeysDiffer_Differs()
    {
        Assert.Equal(Rows.Key.Id, SplitKey.FromHex(Rows.Key.ToHex()).Id);
        Assert.NotEqual(SplitKey.Generate().Id, SplitKey.Generate().Id);
    }

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
