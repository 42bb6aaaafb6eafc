using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

public sealed class MlpSessionSnapshotTests
{
    private static readonly float[] Odd = [0.1f, float.Epsilon, -float.MaxValue, 1f / 3, -0f];

    private static readonly MlpSnapshot State = new(2, Odd, [.. Odd.Reverse()], [1, 2, 3], 17, [4, 5], [6, 7]);

    [Theory]
    [InlineData(true, 0.5)]
    [InlineData(false, null)]
    public void Read_WhenWritten_GivesEverythingBack(bool hasBest, double? bestLoss)
    {
        var written = new MlpSessionSnapshot(7, State, hasBest ? State with { Hidden = 3 } : null, 5, bestLoss);

        var read = MlpSessionSnapshot.Read(written.Write());

        Assert.Equal((7, 5, bestLoss), (read.Epoch, read.BestEpoch, read.BestLoss));
        Assert.Equivalent(written.State, read.State, strict: true);
        Assert.Equivalent(written.Best, read.Best, strict: true);
    }
}
