using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Tests.Trainer;
using ModelOps.Infrastructure.Tests.Training;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Tests.Networks.Logistic;

/// <summary>The life of a version whose network the product doesn't know: a folder, a line in a registry, and nothing else.</summary>
[Collection(TorchCollection.Name)]
public sealed class AnotherNetworkTests : IDisposable
{
    private static readonly TrainingParameters Long = new(Epochs: 4_000, LearningRate: 0.001);

    /// <summary>This test assembly is the trainer process: its <c>Main</c> knows the registry.</summary>
    private static readonly TrainerProcess Trainer = new(
        new TrainerCommand(typeof(AnotherNetworkTests).Assembly.Location, CheckpointSeconds: 0.001),
        new TrainerLimits(TimeSpan.FromMinutes(5), long.MaxValue),
        NullLogger<TrainerProcess>.Instance);

    private readonly TempFolder _data = new();
    private readonly DataDirectory _directory;
    private readonly ArtifactStore _store;
    private readonly ServingModel _serving;

    public AnotherNetworkTests()
    {
        _directory = new DataDirectory(_data.Path);
        _directory.Create();
        _store = new ArtifactStore(
            _directory, new RowsFiles(_directory), new StagingSweep(_directory, Timing.Default, TimeProvider.System));
        _serving = new ServingModel(_store, LogisticNetwork.Registry, NullLogger<ServingModel>.Instance);
    }

    [Fact]
    public async Task Train_WhenKilledAndResumed_EndsInTheSameWeights()
    {
        using var undisturbed = new TrainingFolder(Long, architecture: LogisticNetwork.WireName);
        using var disturbed = new TrainingFolder(Long, architecture: LogisticNetwork.WireName);
        var expected = Assert.IsType<TrainingOutcome.Completed>(await Trainer.TrainAsync(undisturbed.Folder, _ => { }, default, default));

        var killed = 0;
        var crashed = await Trainer.TrainAsync(
            disturbed.Folder,
            progress =>
            {
                if (killed == 0 && progress.Epoch > 1 && File.Exists(disturbed.Folder.Checkpoint))
                {
                    killed = progress.Epoch;
                    using var process = Process.GetProcessById(Processes.TrainerOf(disturbed.Path));
                    process.Kill();
                }
            },
            default,
            default);
        var first = 0;
        var resumed = Assert.IsType<TrainingOutcome.Completed>(await Trainer.TrainAsync(
            disturbed.Folder, progress => first = first == 0 ? progress.Epoch : first, default, default));

        Assert.IsType<TrainingOutcome.Crashed>(crashed);
        Assert.True(first > 1, $"began again at epoch {first}");
        Assert.Equal(expected.Result.Summary.WeightsSha256, resumed.Result.Summary.WeightsSha256);
        Assert.Equal(expected.Result.Summary.History, resumed.Result.Summary.History);
    }

    [Fact]
    public async Task Version_OfThatNetwork_IsPublishedServedAndComparedWithAnother()
    {
        var rows = TrainingFolder.Sample(600);
        var mlp = await PublishAsync(new TrainingParameters(Epochs: 1, BatchSize: 4_096), rows, "mlp-bn", baseline: null);

        var logistic = await PublishAsync(Long with { Epochs = 500, LearningRate = 0.01 }, rows, LogisticNetwork.WireName, mlp.Version);

        // Served: the files alone make the predictor, and it agrees with its golden rows.
        var predictor = await _serving.LoadAsync(logistic.Version, default);
        var probabilities = new double[3];
        predictor.Predict(new PatientFeatures(9.5, 60, 33, Gender.M), probabilities);
        Assert.Equal(DiabetesClass.Diabetes, Evaluator.PredictedClass(probabilities));
        Assert.True(logistic.Version.Metrics.F1Score > 0.6, $"macro F1 {logistic.Version.Metrics.F1Score}");

        // Compared by the trainer: both networks judge folds 0 and 1.
        Assert.Equal(mlp.Version.Name, logistic.Comparison!.Baseline);
        Assert.Equal(logistic.Version.Summary.Evaluation.Rows, logistic.Comparison.Result.Rows);
        Assert.Equal(logistic.Version.Metrics.F1Score, logistic.Comparison.Result.Figures!.Candidate.Metrics.F1Score, 12);
    }

    public void Dispose() => _data.Dispose();

    private async Task<(ModelVersion Version, BaselineComparison? Comparison)> PublishAsync(
        TrainingParameters parameters, IReadOnlyList<LabelledExample> rows, string architecture, ModelVersion? baseline)
    {
        using var folder = new TrainingFolder(parameters, rows, architecture);
        if (baseline is not null)
        {
            folder.Folder.WriteBaseline(new Baseline(
                baseline.Name,
                _directory.VersionFolder(baseline.Name),
                baseline.Specification.Architecture,
                baseline.Specification.SplitKey,
                baseline.Files,
                EarlierLooks: 0));
        }

        var completed = Assert.IsType<TrainingOutcome.Completed>(await Trainer.TrainAsync(folder.Folder, _ => { }, default, default));
        var (summary, comparison) = completed.Result;
        var published = _store.Publish(
            completed.OutputFolder,
            Samples.Now,
            (name, createdAt) => new VersionMetadata(name, createdAt, "dataset:a.csv", folder.Specification, summary));
        return (
            ModelVersion.Create(published.Version, folder.Specification, "dataset:a.csv", summary, published.Files, published.CreatedAt),
            comparison);
    }
}
