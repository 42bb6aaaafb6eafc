using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.CrossfitPle;

/// <summary>
/// A training of crossfit-ple with S steps. After every S/20 steps, each member's log loss on its own fold is measured. Member m keeps its
/// weights from the evaluation with the lowest pooled loss of all other members, without the rows whose inputs fold m has too. So nothing
/// that member m judges selects its weights.
/// </summary>
internal sealed class CrossfitSession : ITrainingSession
{
    /// <summary>The number of code elements in one call of the program: 2 MB, a few milliseconds of training.</summary>
    private const int ChunkElements = 1 << 19;

    private const int Evaluations = 20;

    /// <summary>Early stopping: the training ends when no pooled loss has improved for this share of the steps.</summary>
    private const double Patience = 0.25;

    private readonly TrainingParameters _parameters;
    private readonly CrossfitData _data;
    private readonly CrossfitTrainingProgram _program;
    private readonly FoldEvaluation _evaluation;
    private readonly CrossfitChunk _chunk;
    private readonly int _batches;
    private readonly long _steps;
    private readonly long _interval;
    private readonly CrossfitState _state;
    private readonly CrossfitProgress _progress;

    /// <param name="snapshot">The bytes that <see cref="Snapshot"/> returned; null starts a new training.</param>
    /// <exception cref="RefusalException"><c>not_enough_classes</c></exception>
    /// <exception cref="InvalidDataException">The snapshot does not match the parameters.</exception>
    public CrossfitSession(TrainingParameters parameters, TrainingRows rows, byte[]? snapshot)
    {
        Rows = CountRows(rows);
        _parameters = parameters;
        _data = new CrossfitData(rows, parameters.Seed);
        if (snapshot is null)
        {
            _state = CrossfitState.Initial(parameters.HiddenSize, parameters.Seed);
            _progress = new CrossfitProgress(CrossfitWeights.Initial(parameters.HiddenSize, parameters.Seed));
        }
        else
        {
            (_progress, var weights, var first, var second) = CrossfitSnapshot.Read(snapshot, parameters.HiddenSize);
            _state = CrossfitState.From(weights, first, second);
        }

        var batchRows = Math.Min(parameters.BatchSize, _data.Longest);
        _batches = Math.Max(_data.Longest / batchRows, 1);
        _steps = (long)_batches * parameters.Epochs;
        _interval = Math.Max(_steps / Evaluations, 1);
        var chunkBatches = Math.Max(1, ChunkElements / (batchRows * CrossfitShape.Members * PiecewiseEncoding.Width));
        _chunk = new CrossfitChunk(Math.Min(chunkBatches, _batches), batchRows);
        _evaluation = new FoldEvaluation(_data);
        _program = new CrossfitTrainingProgram();
    }

    public SplitCounts Rows { get; }

    public bool IsOver => _progress.Steps - _progress.LastImprovement >= Patience * _steps;

    public EpochPoint TrainEpoch(int epoch, CancellationToken cancel)
    {
        using var untracked = no_grad();
        _data.Shuffle(epoch);
        var total = 0.0;
        for (var batch = 0; batch < _batches;)
        {
            cancel.ThrowIfCancellationRequested();
            var untilEvaluation = _interval - (_progress.Steps % _interval);
            var count = (int)Math.Min(Math.Min(_chunk.Batches, _batches - batch), untilEvaluation);
            total += TrainBatches(batch, count);
            batch += count;
            if (_progress.Steps % _interval == 0 || _progress.Steps == _steps)
            {
                Evaluate(epoch);
            }
        }

        var loss = total / _batches / CrossfitShape.Members;
        if (!double.IsFinite(loss))
        {
            throw TrainingRefusals.Diverged(epoch);
        }

        // The figures are measured after every 1/20 of the training and, at the latest, after the first epoch.
        // Epochs without a measurement report the latest figures.
        _progress.Measured ??= Measure().Figures;
        return new EpochPoint(epoch, loss, _progress.Measured.Value.Loss, _progress.Measured.Value.F1);
    }

    public byte[] Snapshot() => CrossfitSnapshot.Write(
        _progress,
        CrossfitState.Copy(_state.Weights, _state.Hidden),
        CrossfitState.Copy(_state.FirstMoments, _state.Hidden),
        CrossfitState.Copy(_state.SecondMoments, _state.Hidden));

    public TrainedNetwork Finish()
    {
        var files = new CrossfitFiles(_data.Encodings, _progress.Kept, _data.Rows);
        var tensors = files.ToTensors();
        return new TrainedNetwork(
            _progress.KeptEpochs.Max(),
            Safetensors.Hash(tensors),
            new Dictionary<string, byte[]>
            {
                [CrossfitFiles.WeightsName] = Safetensors.Write(tensors),
                [CrossfitFiles.FormulaName] = files.WriteFormula(),
            });
    }

    public void Evaluate(PatientFeatures features, Span<double> probabilities)
    {
        using var reference = new TorchReference(_program, new CrossfitFiles(_data.Encodings, _progress.Kept, _data.Rows));
        reference.Evaluate(features, member: null, probabilities);
    }

    public void Dispose()
    {
        _state.Dispose();
        _chunk.Dispose();
        _evaluation.Dispose();
        _program.Dispose();
    }

    private static SplitCounts CountRows(TrainingRows rows)
    {
        // Nine members train on each row, and the tenth judges it. No rows are held out to select the epoch.
        var counts = SplitCounts.ByClass(rows.Distinct);
        return counts.Values.Count(c => c > 0) < 2
            ? throw DataRefusals.NotEnoughClasses()
            : new SplitCounts(counts, SplitCounts.ByClass([]), counts, rows.Total - rows.Distinct.Count);
    }

    private double TrainBatches(int first, int count)
    {
        for (var j = 0; j < count; j++)
        {
            _data.FillBatch(_chunk, j, (first + j) * _chunk.BatchRows);
            _chunk.Rates[j] = _parameters.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * _progress.Steps / _steps));
            _chunk.Numbers[j] = ++_progress.Steps;
        }

        return _program.Train(_state, _chunk, count);
    }

    /// <summary>Measures all members. Keeps the weights of each member whose pooled loss is the lowest so far.</summary>
    private void Evaluate(int epoch)
    {
        var (losses, shared, figures) = Measure();
        _progress.Measured = figures;
        var all = losses.Sum();
        CrossfitWeights? weights = null;
        for (var m = 0; m < losses.Length; m++)
        {
            var pooled = (all - losses[m] - shared[m]) / Math.Max(_data.LearnedRows[m], 1);
            if (pooled < _progress.BestLosses[m])
            {
                weights ??= CrossfitState.Copy(_state.Weights, _state.Hidden);
                _progress.Keep(m, pooled, epoch, weights);
            }
        }
    }

    /// <summary><see cref="FoldEvaluation.Measure"/>, with the mean loss and macro F1 over all rows.</summary>
    private (double[] Losses, double[] Shared, (double Loss, double F1) Figures) Measure()
    {
        var (losses, shared, f1) = _evaluation.Measure(_program, _state);
        return (losses, shared, (losses.Sum() / _data.Rows, f1));
    }
}
