using System.Diagnostics;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.FaultInjection;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Training;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>
/// Trains one version synchronously on one thread of the trainer process. It then evaluates the saved files on rows that were not used for
/// training, and compares the version with the active version.
/// </summary>
internal sealed class TorchTrainer(
    NetworkRegistry networks, TrainingSpecification specification, JobFolder folder, Action<TrainingRun> report)
{
    private readonly string _fingerprint = Checkpoint.FingerprintOf(specification);

    public static TimeSpan UsualCheckpointInterval { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The interval between checkpoints.</summary>
    public TimeSpan CheckpointInterval { get; init; } = UsualCheckpointInterval;

    /// <param name="cancel">Ends the training between two chunks of batches. The latest checkpoint is kept.</param>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    /// <exception cref="RefusalException"><c>not_enough_classes</c>, <c>training_diverged</c> or
    /// <c>unsupported_architecture</c>.</exception>
    public TrainingResult Train(CancellationToken cancel)
    {
        var network = networks.Find(specification.Architecture)
            ?? throw TrainingRefusals.UnsupportedArchitecture(specification.Architecture);
        TorchLibrary.Load();
        FaultPoints.Hit("trainer.begin", specification.Parameters.Seed);
        var rows = folder.ReadRows(specification);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var run = new TrainingRun(network, specification, rows, Checkpoint.Find(folder.Checkpoint, _fingerprint));
        run.StartClock();
        TrainEpochs(run, cancel);
        var (summary, judge) = Finish(network, run, rows);
        var result = new TrainingResult(summary, CandidateComparison.Run(networks, folder, specification, judge, cancel));
        folder.WriteResult(result);
        return result;
    }

    private void TrainEpochs(TrainingRun run, CancellationToken cancel)
    {
        var saved = Stopwatch.StartNew();
        while (run.Epoch < specification.Parameters.Epochs && !run.Session.IsOver)
        {
            run.TrainEpoch(cancel);
            report(run);
            FaultPoints.Hit("trainer.epoch", run.Epoch);
            if (saved.Elapsed >= CheckpointInterval && run.Epoch < specification.Parameters.Epochs)
            {
                run.ToCheckpoint(_fingerprint).Write(folder.Checkpoint);
                saved.Restart();
            }
        }
    }

    private (TrainingSummary Summary, IJudge Judge) Finish(INetwork network, TrainingRun run, TrainingRows rows)
    {
        var trained = run.Session.Finish();
        var golden = GoldenRows.Of(run.Session.Evaluate);

        // The evaluation uses the saved files and the predictor code that answers requests, so that the metrics describe what is served.
        var predictor = network.Load(trained.Files);
        golden.Check(predictor);
        var judge = network.Judge(predictor, SplitKey.FromHex(specification.SplitKey), rows.Counted);
        var evaluation = Evaluate(judge, predictor, rows);
        run.StopClock();

        folder.WriteOutput(trained.Files.Append(new(GoldenRows.FileName, golden.Write())));
        var summary = new TrainingSummary(
            trained.BestEpoch,
            run.ElapsedSeconds,
            trained.WeightsSha256,
            rows.Total,
            run.Session.Rows,
            evaluation,
            run.History.Points);
        return (summary, judge);
    }

    private EvaluationReport Evaluate(IJudge judge, INetworkPredictor predictor, TrainingRows rows)
    {
        var judged = new JudgedRows(rows.Distinct.Count);
        Span<double> probabilities = stackalloc double[DiabetesClasses.Count];
        for (var i = 0; i < rows.Distinct.Count; i++)
        {
            // A member without the row has learned neither from its inputs nor from its patient, whose rows are all in its fold.
            var row = rows[i];
            var members = judge.MembersWithout(row);
            if (!members.IsEmpty)
            {
                judge.Predict(members.Choose(row.Fold), row.Row.Features, probabilities);
                judged.Add(row.Row.Class, row.Row.Features, probabilities);
            }
        }

        // Takes rows at even distances in the canonical order, which is sorted by value, so that the sample covers the whole range.
        var stride = Math.Max(1, rows.Distinct.Count / Monotonicity.MaxPatients);
        return Evaluator.Evaluate(judged, specification.Parameters.Seed) with
        {
            MonotonicityViolations = predictor.IsMonotone
                ? 0
                : Monotonicity.ViolationShare(
                    rows.Distinct.Where((_, i) => i % stride == 0).Select(row => row.Features),
                    (patient, p) => predictor.Predict(patient, p)),
        };
    }
}
