using System.Diagnostics;
using ModelOps.Application.Predictions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.FaultInjection;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Training;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>
/// Trains one version, synchronously and on one thread, in a process of its own: split, scale, balance, train, keep the epoch that the
/// validation side likes best, evaluate what was saved. The test side is touched once, at the end.
/// </summary>
internal sealed class TorchTrainer(TrainingSpecification specification, JobFolder folder, Action<TrainingRun> report)
{
    /// <summary>Dropout factors that one call of the program takes, in elements: 4 MB, some 20 ms of training.</summary>
    private const int ChunkElements = 1 << 20;

    private readonly TrainingParameters _parameters = specification.Parameters;
    private readonly string _fingerprint = Checkpoint.FingerprintOf(specification);

    public static TimeSpan UsualCheckpointInterval { get; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a checkpoint is written.</summary>
    public TimeSpan CheckpointInterval { get; init; } = UsualCheckpointInterval;

    /// <param name="cancel">Ends the training between two chunks of batches; the latest checkpoint stays.</param>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    /// <exception cref="RefusalException"><c>not_enough_classes</c>, <c>training_diverged</c> or <c>unsupported_architecture</c>.</exception>
    public TrainingSummary Train(IReadOnlyList<LabelledExample> rows, CancellationToken cancel)
    {
        if (specification.Architecture != Architectures.MlpBatchNorm)
        {
            throw new RefusalException(
                RefusalKind.Unprocessable, "unsupported_architecture", $"This build can't train the architecture {specification.Architecture}.");
        }

        TorchLibrary.Load();
        FaultPoints.Hit("trainer.begin", _parameters.Seed);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var split = DataSplit.Create(rows, SplitKey.FromHex(specification.SplitKey));
        var scaler = StandardScaler.Fit(split.Training);
        var data = new EpochData(split.Training, ClassBalancer.Oversample(split.Training, _parameters.Seed), scaler, _parameters.Seed);
        using var program = new MlpTrainingProgram(_parameters);
        using var run = new TrainingRun(program, _parameters, data, ValidationSide.Of(split.Validation, scaler));
        if (Checkpoint.Find(folder.Checkpoint, _fingerprint) is { } checkpoint)
        {
            run.TakeUp(checkpoint);
        }

        TrainEpochs(run, cancel);
        return Finish(program, run, split, scaler, rows);
    }

    private void TrainEpochs(TrainingRun run, CancellationToken cancel)
    {
        run.Clock.Start();
        var saved = Stopwatch.StartNew();
        while (run.Epoch < _parameters.Epochs)
        {
            run.TrainEpoch(ChunkElements, cancel);
            report(run);
            FaultPoints.Hit("trainer.epoch", run.Epoch);
            if (saved.Elapsed >= CheckpointInterval && run.Epoch < _parameters.Epochs)
            {
                run.ToCheckpoint(_fingerprint).Write(folder.Checkpoint);
                saved.Restart();
            }
        }
    }

    private TrainingSummary Finish(MlpTrainingProgram program, TrainingRun run, DataSplit split, StandardScaler scaler, IReadOnlyList<LabelledExample> rows)
    {
        var (kept, bestEpoch) = run.Kept();
        var tensors = kept.ToTensors();
        var weights = Safetensors.Write(tensors);
        var golden = GoldenRows.Of(Network(program, kept, scaler));

        // What is measured is what is served: the saved file, read back by the code that answers requests.
        var predictor = MlpPredictor.Load(weights, scaler);
        golden.Check(predictor.Predict);
        var evaluation = Evaluate(predictor, split.Test);
        run.Clock.Stop();

        if (Directory.Exists(folder.Output))
        {
            Directory.Delete(folder.Output, recursive: true);
        }

        Directory.CreateDirectory(folder.Output);
        DurableFiles.WriteNew(Path.Combine(folder.Output, MlpPredictor.FileName), weights);
        DurableFiles.WriteNew(Path.Combine(folder.Output, ScalerFile.Name), ScalerFile.Write(scaler));
        DurableFiles.WriteNew(Path.Combine(folder.Output, GoldenRows.FileName), golden.Write());
        DurableFiles.WriteNew(Path.Combine(folder.Output, RowsFile.Name), RowsFile.Write(rows));
        var summary = new TrainingSummary(
            bestEpoch,
            run.ElapsedSeconds,
            Safetensors.Hash(tensors),
            rows.Count,
            SplitCounts.Of(split),
            evaluation,
            run.History.Points);
        folder.WriteResult(summary);
        return summary;
    }

    private EvaluationReport Evaluate(MlpPredictor predictor, IReadOnlyList<LabelledExample> test)
    {
        var probabilities = new double[test.Count][];
        for (var i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = new double[DiabetesClasses.Count];
            predictor.Predict(test[i].Features, probabilities[i]);
        }

        return Evaluator.Evaluate(
            [.. test.Select(r => r.Class)], probabilities, [.. test.Select(r => r.Features)], _parameters.Seed);
    }

    /// <summary>The trained network itself, as libtorch computes it.</summary>
    private static Func<PatientFeatures, double[]> Network(MlpTrainingProgram program, MlpSnapshot kept, StandardScaler scaler) => features =>
    {
        using var scope = NewDisposeScope();
        var x = new float[PatientFeatures.Count];
        scaler.Transform(features, x);
        using var state = MlpState.From(kept);
        var p = program.Evaluate(state, tensor(x).view(1, -1)).exp();
        return [.. p.data<float>().ToArray().Select(v => (double)v)];
    };
}
