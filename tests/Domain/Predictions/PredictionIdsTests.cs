using ModelOps.Domain.Predictions;

namespace ModelOps.Domain.Tests.Predictions;

public sealed class PredictionIdsTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);

    [Fact]
    public void Create_ManyTimes_MakesDistinctIdsOfVersion7WithTheTime()
    {
        Guid[] ids = [.. Enumerable.Range(0, 2_000).Select(_ => PredictionIds.Create(Now))];

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id =>
        {
            Assert.Equal(7, id.Version);
            Assert.InRange(id.Variant, 8, 11);
            Assert.Equal(Guid.CreateVersion7(Now).ToString()[..13], id.ToString()[..13]);
        });
    }

    [Fact]
    public void Create_Later_AscendsInBytesAndInText()
    {
        var (first, second) = (PredictionIds.Create(Now), PredictionIds.Create(Now.AddMilliseconds(1)));

        Assert.True(first.CompareTo(second) < 0);
        Assert.True(string.CompareOrdinal(first.ToString(), second.ToString()) < 0);
    }

    [Fact]
    public void Create_ManyTimes_SetsEachRandomBitInHalfOfTheIds()
    {
        var set = new int[128];
        for (var n = 0; n < 4_000; n++)
        {
            var bytes = PredictionIds.Create(Now).ToByteArray(bigEndian: true);
            for (var bit = 0; bit < set.Length; bit++)
            {
                set[bit] += (bytes[bit / 8] >> (7 - (bit % 8))) & 1;
            }
        }

        // The 12 bits after the version and the 62 after the variant. 4,000 draws have a standard deviation of 32.
        Assert.All(set[52..64].Concat(set[66..]), count => Assert.InRange(count, 1_800, 2_200));
    }
}
