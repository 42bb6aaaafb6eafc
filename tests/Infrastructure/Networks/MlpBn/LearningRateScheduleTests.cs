using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Networks.MlpBn;

public class LearningRateScheduleTests
{
    // By hand: 0.001 · 5 · (1 + cos(π·(epoch − 1)/4))/2; cos 45° = 0.7071067811865476.
    [Theory]
    [InlineData(1, 0.005)]
    [InlineData(2, 0.004267766952966369)]
    [InlineData(3, 0.0025)]
    [InlineData(4, 0.0007322330470336313)]
    public void At_OverFourEpochs_FallsAlongAHalfCosine(int epoch, double expected) =>
        Assert.Equal(expected, LearningRateSchedule.At(new TrainingParameters(Epochs: 4, LearningRate: 0.001), epoch), 15);

    [Fact]
    public void At_OverALongTraining_StaysAboveZeroAndIsHalfThePeakOnAverage()
    {
        var parameters = new TrainingParameters(Epochs: 1_000, LearningRate: 0.01);
        var rates = Enumerable.Range(1, 1_000).Select(epoch => LearningRateSchedule.At(parameters, epoch)).ToArray();

        Assert.All(rates, rate => Assert.True(rate > 0));
        Assert.Equal(rates.OrderDescending(), rates);
        Assert.Equal(0.01 * LearningRateSchedule.Peak / 2, rates.Average(), 4);
    }
}
