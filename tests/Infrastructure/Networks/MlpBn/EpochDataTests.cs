using ModelOps.Domain;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

public sealed class EpochDataTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(4_096)]
    public void FillMask_OfAnyLength_TakesFourFactorsFromARandomNumber(int length)
    {
        var mask = new float[length];
        EpochData.FillMask(new SeededRandom(3, RandomPurpose.Dropout, 9), mask);

        // One number after the other, as a machine without vectors does it.
        var random = new SeededRandom(3, RandomPurpose.Dropout, 9);
        var expected = new float[length];
        for (var i = 0; i < length; i += 4)
        {
            var bits = random.NextUInt64();
            for (var j = i; j < Math.Min(i + 4, length); j++, bits >>= 16)
            {
                expected[j] = (bits & 0xFFFF) < 45_875 ? 1 / 0.7f : 0;
            }
        }

        Assert.Equal(expected, mask);
    }

    [Fact]
    public void FillMask_OverManyUnits_KeepsSevenTenths()
    {
        var mask = new float[1_000_000];

        EpochData.FillMask(new SeededRandom(3, RandomPurpose.Dropout, 1), mask);

        // Five standard deviations are 5·√(0.7·0.3/1,000,000) = 0.0023.
        Assert.InRange(mask.Count(m => m > 0) / 1_000_000.0, 0.7 - 0.0023, 0.7 + 0.0023);
    }
}
