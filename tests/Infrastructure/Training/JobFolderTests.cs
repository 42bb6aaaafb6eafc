using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.Infrastructure.Trainer;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Tests.Training;

/// <summary>A claim takes up what earlier ones left, in a folder that only it writes.</summary>
[Collection(TorchCollection.Name)]
public sealed class JobFolderTests
{
    [Fact]
    public void TakeUp_WithoutAnyPreparedFolder_FindsNone()
    {
        using var empty = new TempFolder();
        using var half = new TempFolder();
        File.WriteAllText(half["rows.bin"], "x");

        Assert.Null(new JobFolder(empty.Path).TakeUp([new JobFolder(half.Path), new JobFolder(half["missing"])]));
        Assert.Empty(Directory.GetFileSystemEntries(empty.Path));
    }

    [Fact]
    public void TakeUp_OfSeveralFolders_GoesOnFromTheFurthestCheckpoint()
    {
        var parameters = new TrainingParameters(Epochs: 30, HiddenSize: 8);
        using var undisturbed = new TrainingFolder(parameters);
        var expected = undisturbed.Train().WeightsSha256;
        using var first = new TrainingFolder(parameters);
        using var second = new TrainingFolder(parameters);
        TrainUntil(first, epoch: 5);
        TrainUntil(second, epoch: 12);
        using var own = new TempFolder();
        var folder = new JobFolder(own["claim"]);

        // The same job: only then is a checkpoint another claim's.
        using var rows = Samples.OnDisk(own["some.rows"], first.Rows);
        second.Folder.Prepare(first.Specification, rows, null);
        var found = Checkpoint.Find(second.Folder.Checkpoint, Checkpoint.FingerprintOf(second.Specification))!;
        (found with { Fingerprint = Checkpoint.FingerprintOf(first.Specification) }).Write(second.Folder.Checkpoint);

        var specification = folder.TakeUp([first.Folder, second.Folder]);

        Assert.Equal(first.Specification, specification);
        var epochs = new List<int>();
        var summary = new TorchTrainer(NetworkRegistry.BuiltIn, specification!, folder, run => epochs.Add(run.Epoch))
            .Train(default).Summary;
        Assert.Equal(13, epochs[0]);
        Assert.Equal(expected, summary.WeightsSha256);

        // Nothing was moved: the trainer of a worker that lost its claim may still be at work there.
        Assert.Equal(second.Rows.Count, second.Folder.ReadRows(first.Specification).Total);
        Assert.Equal(specification, folder.TakeUp([]));
    }

    private static void TrainUntil(TrainingFolder folder, int epoch)
    {
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => folder.Train(
            run =>
            {
                if (run.Epoch == epoch)
                {
                    run.ToCheckpoint(Checkpoint.FingerprintOf(folder.Specification)).Write(folder.Folder.Checkpoint);
                    cancel.Cancel();
                }
            },
            cancel: cancel.Token));
    }
}
