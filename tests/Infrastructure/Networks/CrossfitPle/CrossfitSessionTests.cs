using ModelOps.Domain;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.CrossfitPle;
using ModelOps.Infrastructure.Tests.Trainer;
using TorchSharp;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

[Collection(TorchCollection.Name)]
public sealed class CrossfitSessionTests
{
    private static readonly TrainingParameters Parameters = new(Epochs: 30, BatchSize: 32, HiddenSize: 16, LearningRate: 0.004);

    [Fact]
    public void TrainEpoch_ResumedFromASnapshot_MakesTheSameWeights()
    {
        var rows = CrossfitSamples.Rows(400);
        var straight = Train(Parameters, rows);

        var resumed = Train(Parameters, rows, snapshotAfter: epoch => epoch == 13);
        var resumedAlways = Train(Parameters, rows, snapshotAfter: _ => true);

        Assert.Equal(straight.Network.WeightsSha256, resumed.Network.WeightsSha256);
        Assert.Equal(straight.Network.WeightsSha256, resumedAlways.Network.WeightsSha256);
        Assert.Equal(straight.Network.BestEpoch, resumedAlways.Network.BestEpoch);
        Assert.Equal(straight.History, resumed.History);
        Assert.Equal(straight.History, resumedAlways.History);
    }

    [Fact]
    public void TrainEpoch_WithAnotherSeed_MakesOtherWeights()
    {
        var rows = CrossfitSamples.Rows(200);
        var parameters = Parameters with { Epochs = 3 };

        Assert.Equal(Train(parameters, rows).Network.WeightsSha256, Train(parameters, rows).Network.WeightsSha256);
        Assert.NotEqual(
            Train(parameters, rows).Network.WeightsSha256, Train(parameters with { Seed = 43 }, rows).Network.WeightsSha256);
    }

    [Fact]
    public void TrainEpoch_OverATraining_LowersTheOutOfFoldLossAndReportsItWhereItIsMeasured()
    {
        var (_, history) = Train(new TrainingParameters(Epochs: 60, BatchSize: 64, HiddenSize: 32), CrossfitSamples.Rows(600));

        var measured = history.DistinctBy(p => p.ValidationLoss).ToArray();
        Assert.Equal(21, measured.Length);
        Assert.Equal(0, history.Count(p => p.ValidationLoss is null != p.ValidationF1 is null));
        Assert.True(history[^1].Loss < 0.7 * history[0].Loss);
        Assert.True(measured[^1].ValidationLoss < 0.8 * measured[0].ValidationLoss);
        Assert.InRange(measured[^1].ValidationF1!.Value, 0.6, 1);
    }

    [Fact]
    public void IsOver_WhenTheOutOfFoldLossStopsImproving_EndsTheTrainingEarly()
    {
        // Classes that no input explains: after the first epochs the members only learn rows by heart.
        var random = new Random(1);
        LabelledExample[] rows =
        [
            .. CrossfitSamples.Patients(300, seed: 1).Select(p => new LabelledExample(p, (DiabetesClass)random.Next(3))),
        ];
        var parameters = new TrainingParameters(Epochs: 200, BatchSize: 32, HiddenSize: 64, LearningRate: 0.01);

        var (network, history) = Train(parameters, CrossfitSamples.With(rows));

        Assert.InRange(history.Count, 50, 150);
        Assert.InRange(network.BestEpoch, 1, history.Count - 49);
    }

    [Fact]
    public void Finish_OfATraining_AnswersTheGoldenRowsAsLibtorch()
    {
        using var session = CrossfitSamples.Begin(Parameters with { Epochs = 4 }, CrossfitSamples.Rows(300));
        for (var epoch = 1; epoch <= 4; epoch++)
        {
            session.TrainEpoch(epoch, default);
        }

        var golden = GoldenRows.Of(session.Evaluate);
        var predictor = new CrossfitPleNetwork().Load(session.Finish().Files);

        golden.Check(predictor);
        Assert.True(golden.Rows.Max(r => r.Probabilities[2]) - golden.Rows.Min(r => r.Probabilities[2]) > 0.1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(25)]
    public void TrainEpoch_WithTinyData_Succeeds(int count)
    {
        LabelledExample[] rows = [.. Samples.Rows(200, seed: 3).GroupBy(r => r.Class).SelectMany(g => g.Take((count + 2) / 3)).Take(count)];

        var (network, history) = Train(Parameters with { Epochs = 5 }, CrossfitSamples.With(rows));

        Assert.All(history, p => Assert.True(double.IsFinite(p.Loss)));
        var p = new double[3];
        var predictor = new CrossfitPleNetwork().Load(network.Files);
        predictor.Predict(new PatientFeatures(9, 50, 30, Gender.F), p);
        Assert.Equal(2, p.IndexOf(p.Max()));
    }

    [Fact]
    public void TrainEpoch_WhenOneFoldHoldsAllRowsOfAClass_Succeeds()
    {
        var many = Samples.Rows(300, seed: 3).Distinct().ToArray();
        byte[] folds = [.. many.Select((r, i) => (byte)(r.Class == DiabetesClass.Prediabetes ? 4 : i % 9 == 4 ? 0 : i % 9))];

        var (network, history) = Train(Parameters with { Epochs = 3 }, new TrainingRows(many, folds, many.Length));

        Assert.All(history, p => Assert.True(double.IsFinite(p.Loss)));
        Assert.NotEmpty(network.Files);
    }

    [Fact]
    public void TrainEpoch_WhenOneFoldHoldsAllRows_LeavesItsMemberUntaught()
    {
        var many = Samples.Rows(60, seed: 3).Distinct().ToArray();

        var (network, _) = Train(Parameters with { Epochs = 3 }, new TrainingRows(many, new byte[many.Length], many.Length));

        Assert.NotNull(new CrossfitPleNetwork().Load(network.Files));
    }

    [Fact]
    public void TrainEpoch_WhenFeaturesAreConstant_Succeeds()
    {
        LabelledExample[] rows =
        [
            .. Enumerable.Range(0, 40)
                .Select(i => new LabelledExample(new PatientFeatures(6, 50, 20 + i, Gender.F), (DiabetesClass)(i / 14))),
        ];

        var (network, _) = Train(Parameters with { Epochs = 3 }, CrossfitSamples.With(rows));

        Assert.NotNull(new CrossfitPleNetwork().Load(network.Files));
    }

    [Fact]
    public void Begin_WithOneClass_Refuses()
    {
        LabelledExample[] rows = [.. Samples.Rows(100).Where(r => r.Class == DiabetesClass.Negative)];

        var refusal = Assert.Throws<RefusalException>(() => CrossfitSamples.Begin(Parameters, CrossfitSamples.With(rows)));

        Assert.Equal("not_enough_classes", refusal.Code);
    }

    [Fact]
    public void Begin_WithAnotherNetworksSnapshot_Throws()
    {
        var rows = CrossfitSamples.Rows(50);
        using var session = CrossfitSamples.Begin(Parameters, rows);
        var snapshot = session.Snapshot();

        Assert.Throws<InvalidDataException>(() => CrossfitSamples.Begin(Parameters with { HiddenSize = 8 }, rows, snapshot));
        Assert.Throws<InvalidDataException>(() => CrossfitSamples.Begin(Parameters, rows, snapshot[..^1]));
        Assert.Throws<InvalidDataException>(() => CrossfitSamples.Begin(Parameters, rows, [.. snapshot, 0]));
    }

    [Fact]
    public void TrainEpoch_WhenCancelled_Stops()
    {
        using var session = CrossfitSamples.Begin(Parameters, CrossfitSamples.Rows(50));

        Assert.Throws<OperationCanceledException>(() => session.TrainEpoch(1, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Dispose_AfterATraining_LeavesNoTensor()
    {
        Train(Parameters with { Epochs = 2 }, CrossfitSamples.Rows(100));
        var before = torch.Tensor.TotalCount;

        Train(Parameters with { Epochs = 2 }, CrossfitSamples.Rows(100), snapshotAfter: epoch => epoch == 1);

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static (TrainedNetwork Network, List<EpochPoint> History) Train(
        TrainingParameters parameters, TrainingRows rows, Func<int, bool>? snapshotAfter = null)
    {
        var session = CrossfitSamples.Begin(parameters, rows);
        try
        {
            var history = new List<EpochPoint>();
            for (var epoch = 1; epoch <= parameters.Epochs && !session.IsOver; epoch++)
            {
                history.Add(session.TrainEpoch(epoch, default));
                if (snapshotAfter?.Invoke(epoch) == true)
                {
                    var snapshot = session.Snapshot();
                    session.Dispose();
                    session = CrossfitSamples.Begin(parameters, rows, snapshot);
                }
            }

            return (session.Finish(), history);
        }
        finally
        {
            session.Dispose();
        }
    }
}
