namespace ModelOps.Domain.Tests;

public class SeededRandomTests
{
    // A Python transcription of the authors' C code, by reference.py. A change here changes every version's weights.
    [Theory]
    [InlineData(42, RandomPurpose.Bootstrap, 0, 10066196846854335129, 7716365077747218512, 9638858246930882768, 17120809694554549855)]
    [InlineData(42, RandomPurpose.Shuffling, 7, 7024167089702603366, 2503980645911365271, 241447684978004005, 2138663860914131936)]
    [InlineData(
        int.MaxValue, RandomPurpose.InitialWeights, 0,
        8859617494174552746, 17188604890572354988, 15390307578354306397, 17510149957997653929)]
    public void NextUInt64_WhenSeedIsKnown_IsPinned(int seed, RandomPurpose purpose, int index, ulong a, ulong b, ulong c, ulong d)
    {
        var random = new SeededRandom(seed, purpose, index);

        Assert.Equal([a, b, c, d], Enumerable.Range(0, 4).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void Constructor_WhenSeedPurposeOrIndexDiffers_GivesAnotherStream()
    {
        ulong First(int seed, RandomPurpose purpose, int index) => new SeededRandom(seed, purpose, index).NextUInt64();
        var firsts = from seed in Enumerable.Range(0, 20)
                     from purpose in Enum.GetValues<RandomPurpose>()
                     from index in Enumerable.Range(0, 50)
                     select First(seed, purpose, index);

        Assert.Equal(20 * 8 * 50, firsts.Distinct().Count());
    }

    [Fact]
    public void Purposes_WhenListed_KeepTheirNumbers() =>
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Enum.GetValues<RandomPurpose>().Select(p => (int)p));

    [Fact]
    public void NextDouble_WhenSeedIsKnown_IsTheUpper53Bits() =>
        Assert.Equal((10066196846854335129 >> 11) / 9007199254740992.0, new SeededRandom(42, RandomPurpose.Bootstrap).NextDouble());

    [Fact]
    public void NextDouble_WhenDrawnOften_IsUniform()
    {
        var random = new SeededRandom(1, RandomPurpose.Sample);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();

        Assert.All(values, v => Assert.InRange(v, 0, 1 - 1e-16));

        // Standard deviation of the mean is √(1/12/100,000) = 0.0009, and of a tenth's share √(0.09/100,000) = 0.00095.
        Assert.InRange(values.Average(), 0.5 - 0.004, 0.5 + 0.004);
        Assert.All(
            values.GroupBy(v => (int)(v * 10)),
            tenth => Assert.InRange(tenth.Count() / 100_000.0, 0.1 - 0.004, 0.1 + 0.004));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000)]
    public void NextInt32_WhenDrawnOften_IsUniformBelowTheBound(int bound)
    {
        var random = new SeededRandom(2, RandomPurpose.Sample);
        var counts = new int[bound];
        var draws = 1_000 * bound;
        for (var i = 0; i < draws; i++)
        {
            counts[random.NextInt32(bound)]++;
        }

        // A count's standard deviation is below √1,000 = 32; five of them are allowed, as up to 1,000 counts are looked at.
        Assert.All(counts, c => Assert.InRange(c, 1_000 - 160, 1_000 + 160));
    }

    [Fact]
    public void NextInt32_WhenTheBoundDoesntDivideTheRange_IsNotBiased()
    {
        // With bound 3·2^29 a draw without rejection would take the multiples of 3 twice as often as the rest.
        const int Bound = 3 << 29;
        var random = new SeededRandom(3, RandomPurpose.Sample);
        var multiples = Enumerable.Range(0, 100_000).Count(_ => random.NextInt32(Bound) % 3 == 0);

        Assert.InRange(multiples / 100_000.0, (1 / 3.0) - 0.006, (1 / 3.0) + 0.006);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void NextInt32_WhenTheBoundIsNotPositive_Throws(int bound) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(1, RandomPurpose.Sample).NextInt32(bound));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(5, 4)]
    public void Shuffle_WhenThereAreNItems_DrawsOneNumberLess(int items, int drawn)
    {
        SeededRandom shuffling = new(4, RandomPurpose.Shuffling), drawing = new(4, RandomPurpose.Shuffling);
        shuffling.Shuffle<int>(new int[items]);
        for (var i = 0; i < drawn; i++)
        {
            drawing.NextUInt64();
        }

        Assert.Equal(drawing.NextUInt64(), shuffling.NextUInt64());
    }

    [Fact]
    public void Shuffle_WhenRepeated_GivesEveryOrderEquallyOften()
    {
        var random = new SeededRandom(4, RandomPurpose.Shuffling);
        var orders = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            var items = "abcd".ToCharArray();
            random.Shuffle<char>(items);
            var order = new string(items);
            orders[order] = orders.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, orders.Count);
        Assert.All(orders.Values, count => Assert.InRange(count, 1_000 - 160, 1_000 + 160));
    }
}
