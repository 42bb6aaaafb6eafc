using ModelOps.Domain.Training;

namespace ModelOps.Domain.Tests.Training;

public class TrainingHistoryTests
{
    [Fact]
    public void Points_WhenFewerThanTheMaximum_AreAllThere()
    {
        var history = After(150);

        Assert.Equal(Enumerable.Range(1, 150), history.Points.Select(p => p.Epoch));
    }

    [Fact]
    public void Points_WhenEpochsGoOn_StayFewAndEndWithTheNewest()
    {
        var history = new TrainingHistory();
        for (var epoch = 1; epoch <= TrainingParameters.MaxEpochs; epoch++)
        {
            history.Add(Point(epoch));
            var points = history.Points;

            Assert.InRange(points.Count, Math.Min(epoch, TrainingHistory.MaxPoints / 2), TrainingHistory.MaxPoints);
            Assert.Equal(1, points[0].Epoch);
            Assert.Equal(Point(epoch), points[^1]);
        }

        // Evenly spaced but for the newest: a curve drawn through them isn't denser on one side.
        Assert.Single(history.Points.Zip(history.Points.Skip(1), (a, b) => b.Epoch - a.Epoch).SkipLast(1).Distinct());
    }

    [Trait("Size", "Large")]
    [Fact]
    public void Constructor_WhenResumedAtAnyEpoch_GoesOnAsIfUndisturbed()
    {
        var undisturbed = new TrainingHistory();
        for (var cut = 1; cut <= 900; cut++)
        {
            undisturbed.Add(Point(cut));
            var resumed = new TrainingHistory(undisturbed.Points);
            Assert.Equal(undisturbed.Points, resumed.Points);

            // Far enough to thin at least once more.
            var straight = After(cut);
            for (var epoch = cut + 1; epoch <= (cut * 2) + 210; epoch++)
            {
                resumed.Add(Point(epoch));
                straight.Add(Point(epoch));
                if (epoch % 13 == 0)
                {
                    Assert.True(straight.Points.SequenceEqual(resumed.Points), $"resumed at {cut}, differs at {epoch}");
                }
            }

            Assert.Equal(straight.Points, resumed.Points);
        }
    }

    [Fact]
    public void Constructor_WhenResumedAfterEveryEpoch_GoesOnAsIfUndisturbed()
    {
        TrainingHistory undisturbed = new(), resumed = new();
        for (var epoch = 1; epoch <= 3_300; epoch++)
        {
            undisturbed.Add(Point(epoch));
            resumed.Add(Point(epoch));
            resumed = new TrainingHistory(resumed.Points);
            Assert.True(undisturbed.Points.SequenceEqual(resumed.Points), $"differs at {epoch}");
        }
    }

    [Fact]
    public void Constructor_WhenThereAreNoPoints_StartsAnew()
    {
        var history = new TrainingHistory([]);
        Assert.Empty(history.Points);

        history.Add(Point(1));
        Assert.Equal([Point(1)], history.Points);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(9)]
    public void Add_WhenTheEpochIsntLater_Throws(int epoch) => Assert.Throws<ArgumentException>(() => After(10).Add(Point(epoch)));

    [Fact]
    public void Points_WhenKept_DontChangeLater()
    {
        var history = After(3);
        var points = history.Points;
        history.Add(Point(4));

        Assert.Equal(3, points.Count);
    }

    private static TrainingHistory After(int epochs)
    {
        var history = new TrainingHistory();
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            history.Add(Point(epoch));
        }

        return history;
    }

    private static EpochPoint Point(int epoch) => new(epoch, 1.0 / epoch, epoch % 2 == 0 ? null : 2.0 / epoch, double.NaN);
}
