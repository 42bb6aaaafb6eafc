using System.Diagnostics;
using ModelOps.Domain;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks.MlpBn;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>A training under way: the state after each epoch, the best one so far, and the course of the losses.</summary>
internal sealed class TrainingRun(
    MlpTrainingProgram program, TrainingParameters parameters, EpochData data, ValidationSide? validation) : IDisposable
{
    private MlpState _state = MlpState.Initial(parameters.HiddenSize, parameters.Seed);
    private MlpSnapshot? _best;
    private int _bestEpoch;
    private double? _bestLoss;
    private double _elapsedBefore;
    private TrainingChunk? _chunk;

    /// <summary>Epochs that are done.</summary>
    public int Epoch { get; private set; }

    public TrainingHistory History { get; private set; } = new();

    /// <summary>Runs while this attempt trains.</summary>
    public Stopwatch Clock { get; } = new();

    /// <summary>Seconds of training, over all attempts.</summary>
    public double ElapsedSeconds => _elapsedBefore + Clock.Elapsed.TotalSeconds;

    public void TakeUp(Checkpoint checkpoint)
    {
        _state.Dispose();
        _state = MlpState.From(checkpoint.State);
        _best = checkpoint.Best;
        _bestEpoch = checkpoint.BestEpoch;
        _bestLoss = checkpoint.BestLoss;
        _elapsedBefore = checkpoint.ElapsedSeconds;
        Epoch = checkpoint.Epoch;
        History = new TrainingHistory(checkpoint.History);
    }

    /// <summary>Between two epochs only.</summary>
    public Checkpoint ToCheckpoint(string fingerprint) => new(
        Epoch, ElapsedSeconds, _state.Snapshot(), _best, _bestEpoch, _bestLoss, History.Points, fingerprint);

    /// <param name="chunkElements">Dropout factors that one call takes at most.</param>
    public void TrainEpoch(int chunkElements, CancellationToken cancel)
    {
        var epoch = Epoch + 1;
        var loss = TrainOnce(epoch, chunkElements, cancel);
        if (!double.IsFinite(loss))
        {
            throw new RefusalException(
                RefusalKind.Unprocessable,
                "training_diverged",
                $"The loss grew beyond all bounds in epoch {epoch}. Train again with a lower learning rate.");
        }

        Epoch = epoch;
        if (validation is null)
        {
            History.Add(new EpochPoint(epoch, loss, null, null));
            return;
        }

        var (validationLoss, f1) = validation.Measure(program, _state);
        History.Add(new EpochPoint(epoch, loss, validationLoss, f1));
        if (_bestLoss is null || validationLoss < _bestLoss)
        {
            _bestLoss = validationLoss;
            _bestEpoch = epoch;
            _best = _state.Snapshot();
        }
    }

    /// <summary>The weights to keep: of the best epoch by the validation side, of the last one where there is none.</summary>
    public (MlpSnapshot Weights, int Epoch) Kept() => _best is null ? (_state.Snapshot(), Epoch) : (_best, _bestEpoch);

    public void Dispose()
    {
        _state.Dispose();
        _chunk?.Dispose();
        validation?.Dispose();
    }

    /// <summary>One pass over the balanced training side; the mean loss of its rows.</summary>
    private double TrainOnce(int epoch, int chunkElements, CancellationToken cancel)
    {
        data.Shuffle(epoch);
        var dropout = new SeededRandom(parameters.Seed, RandomPurpose.Dropout, epoch);
        var chunkRows = Math.Min(
            Math.Max(1, chunkElements / (parameters.HiddenSize * parameters.BatchSize)) * parameters.BatchSize,
            data.Rows);
        var rate = LearningRateSchedule.At(parameters, epoch);
        var total = 0.0;
        for (var from = 0; from < data.Rows;)
        {
            cancel.ThrowIfCancellationRequested();
            var rows = Math.Min(chunkRows, data.Rows - from);
            if (data.Rows - from - rows == 1)
            {
                // Batch normalisation needs two rows: a single last one joins the batch before it.
                rows++;
            }

            var chunk = _chunk ??= new TrainingChunk(chunkRows + 1, parameters.HiddenSize);
            data.Fill(from, chunk.Inputs(rows), chunk.Classes(rows));
            EpochData.FillMask(dropout, chunk.Factors(rows));
            total += program.Train(_state, chunk, rows, rate);
            from += rows;
        }

        return total / data.Rows;
    }
}
