using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks.MlpBn;
using TorchSharp;

namespace ModelOps.Infrastructure.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class TorchTrainerTests
{
    [Fact]
    public void Train_OnSeparableData_LearnsMoreThanTheMajority()
    {
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 60), TrainingFolder.Sample(1_000));

        var summary = folder.Train();

        Assert.True(summary.Evaluation.Headline.F1Score > 0.75, $"macro F1 {summary.Evaluation.Headline.F1Score}");
        Assert.InRange(summary.BestEpoch, 1, 60);
        Assert.True(summary.TrainingTime > 0);
        Assert.Equal(60, summary.History[^1].Epoch);
        Assert.Equal(1_000, summary.DataRows);
        Assert.Equal(
            1_000 - summary.Rows.Duplicates,
            summary.Rows.Training.Values.Sum() + summary.Rows.Validation.Values.Sum() + summary.Rows.Test.Values.Sum());
    }

    [Fact]
    public void Train_Twice_GivesTheSameWeights()
    {
        using var first = new TrainingFolder();
        using var second = new TrainingFolder();

        Assert.Equal(first.Train().WeightsSha256, second.Train().WeightsSha256);
    }

    [Fact]
    public void Train_WithAnotherSeed_GivesOtherWeights()
    {
        using var first = new TrainingFolder();
        using var second = new TrainingFolder(new TrainingParameters(Epochs: 20, Seed: 43));

        Assert.NotEqual(first.Train().WeightsSha256, second.Train().WeightsSha256);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(19)]
    public void Train_InterruptedAndResumed_GivesTheSameWeightsAndHistory(int epochs)
    {
        using var undisturbed = new TrainingFolder();
        using var interrupted = new TrainingFolder();
        using var cancel = new CancellationTokenSource();
        var expected = undisturbed.Train();

        Assert.Throws<OperationCanceledException>(() => interrupted.Train(
            run =>
            {
                if (run.Epoch > epochs)
                {
                    cancel.Cancel();
                    cancel.Token.ThrowIfCancellationRequested();
                }
            },
            TimeSpan.Zero,
            cancel.Token));
        var firstEpoch = 0;
        var resumed = interrupted.Train(run => firstEpoch = firstEpoch == 0 ? run.Epoch : firstEpoch);

        Assert.Equal(epochs + 1, firstEpoch);
        Assert.Equal(expected.WeightsSha256, resumed.WeightsSha256);
        Assert.Equal(expected.History, resumed.History);
        Assert.Equal(expected.BestEpoch, resumed.BestEpoch);
    }

    [Fact]
    public void Train_WithADamagedCheckpoint_StartsAgain()
    {
        using var undisturbed = new TrainingFolder();
        using var damaged = new TrainingFolder();
        var expected = undisturbed.Train();
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => damaged.Train(
            run =>
            {
                if (run.Epoch == 5)
                {
                    cancel.Cancel();
                }
            },
            TimeSpan.Zero,
            cancel.Token));
        var bytes = File.ReadAllBytes(damaged.Folder.Checkpoint);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(damaged.Folder.Checkpoint, bytes);
        var firstEpoch = 0;

        var summary = damaged.Train(run => firstEpoch = firstEpoch == 0 ? run.Epoch : firstEpoch);

        Assert.Equal(1, firstEpoch);
        Assert.Equal(expected.WeightsSha256, summary.WeightsSha256);
    }

    [Fact]
    public void Train_WithAHugeLearningRate_EndsWithAReasonOrAFiniteNetwork()
    {
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 200, LearningRate: 1));

        var outcome = Record.Exception(() => folder.Train());

        Assert.True(outcome is null or RefusalException { Code: "training_diverged" }, outcome?.ToString());
    }

    [Fact]
    public void Train_OverManyEpochs_LeavesNoTensorBehind()
    {
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 1_000, HiddenSize: 4, BatchSize: 512));
        folder.Train(run => { }, cancel: default);

        // What other tests left to the finalizer would go in the middle of the count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        using var again = new TrainingFolder(new TrainingParameters(Epochs: 1_000, HiddenSize: 4, BatchSize: 512));
        var highest = 0L;

        again.Train(run => highest = Math.Max(highest, torch.Tensor.TotalCount - before));

        Assert.Equal(before, torch.Tensor.TotalCount);
        Assert.InRange(highest, 1, 40);
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(2, 64)]
    [InlineData(4_096, 64)]
    [InlineData(7, 1)]
    [InlineData(64, 1_024)]
    public void Train_WithAnyBatchAndHiddenSize_MakesAVersion(int batch, int hidden)
    {
        using var folder = new TrainingFolder(
            new TrainingParameters(Epochs: 2, BatchSize: batch, HiddenSize: hidden), TrainingFolder.Sample(149));

        Assert.Equal(64, folder.Train().WeightsSha256.Length);
    }

    [Fact]
    public void Train_WithoutAValidationSide_KeepsTheLastEpoch()
    {
        var key = SplitKey.FromHex(new string('7', SplitKey.Bytes * 2));
        var rows = TrainingFolder.Sample(300).Where(r => DataSplit.SideOf(key.FoldOf(r.Features)) != SplitSide.Validation).ToList();
        using var folder = new TrainingFolder(new TrainingParameters(Epochs: 5), rows);

        var summary = folder.Train();

        Assert.Equal(5, summary.BestEpoch);
        Assert.All(summary.History, point => Assert.Null(point.ValidationLoss));
    }
}

/// <summary>libtorch has settings for the whole process, so its tests run one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchCollection
{
    public const string Name = "torch";
}
