using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using static TorchSharp.torch;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>A training of mlp-bn: the state after each epoch, and the weights of the epoch with the best validation result.</summary>
internal sealed class MlpSession : ITrainingSession
{
    /// <summary>The number of dropout factors in one call of the program: 4 MB, about 20 ms of training.</summary>
    private const int ChunkElements = 1 << 20;

    private readonly TrainingParameters _parameters;
    private readonly DataSplit _split;
    private readonly StandardScaler _scaler;
    private readonly EpochData _data;
    private readonly ValidationSide? _validation;
    private readonly MlpTrainingProgram _program;
    private readonly MlpState _state;
    private TrainingChunk? _chunk;
    private MlpSnapshot? _best;
    private int _bestEpoch;
    private double? _bestLoss;
    private int _epoch;

    /// <exception cref="RefusalException"><c>not_enough_classes</c></exception>
    public MlpSession(TrainingSpecification specification, TrainingRows rows, byte[]? snapshot)
    {
        _parameters = specification.Parameters;
        _split = DataSplit.Create(rows, SplitKey.FromHex(specification.SplitKey));
        Rows = _split.Count(rows.Total - rows.Distinct.Count);
        _scaler = StandardScaler.Fit(_split.Training);
        _data = new EpochData(
            _split.Training, ClassBalancer.Oversample(_split.Training, _parameters.Seed), _scaler, _parameters.Seed);
        _validation = ValidationSide.Of(_split.Validation, _scaler);
        _program = new MlpTrainingProgram(_parameters);
        if (snapshot is null)
        {
            _state = MlpState.Initial(_parameters.HiddenSize, _parameters.Seed);
        }
        else
        {
            var saved = MlpSessionSnapshot.Read(snapshot);
            _state = MlpState.From(saved.State);
            (_best, _bestEpoch, _bestLoss, _epoch) = (saved.Best, saved.BestEpoch, saved.BestLoss, saved.Epoch);
        }
    }

    public SplitCounts Rows { get; }

    /// <summary>Always false: there is no early stopping, because a later epoch may always be better.</summary>
    public bool IsOver => false;

    public EpochPoint TrainEpoch(int epoch, CancellationToken cancel)
    {
        var loss = TrainOnce(epoch, cancel);
        if (!double.IsFinite(loss))
        {
            throw TrainingRefusals.Diverged(epoch);
        }

        _epoch = epoch;
        if (_validation is null)
        {
            return new EpochPoint(epoch, loss, null, null);
        }

        var (validationLoss, f1) = _validation.Measure(_program, _state);
        if (_bestLoss is null || validationLoss < _bestLoss)
        {
            (_best, _bestEpoch, _bestLoss) = (_state.Snapshot(), epoch, validationLoss);
        }

        return new EpochPoint(epoch, loss, validationLoss, f1);
    }

    public byte[] Snapshot() => new MlpSessionSnapshot(_epoch, _state.Snapshot(), _best, _bestEpoch, _bestLoss).Write();

    public TrainedNetwork Finish()
    {
        var tensors = Kept().ToTensors();
        return new TrainedNetwork(
            _best is null ? _epoch : _bestEpoch,
            Safetensors.Hash(tensors),
            new Dictionary<string, byte[]>
            {
                [MlpPredictor.FileName] = Safetensors.Write(tensors),
                [ScalerFile.Name] = ScalerFile.Write(_scaler),
            });
    }

    public void Evaluate(PatientFeatures features, Span<double> probabilities)
    {
        using var scope = NewDisposeScope();
        var x = new float[PatientFeatures.Count];
        _scaler.Transform(features, x);
        using var state = MlpState.From(Kept());
        var p = _program.Evaluate(state, tensor(x).view(1, -1)).exp();
        var values = p.data<float>();
        for (var c = 0; c < probabilities.Length; c++)
        {
            probabilities[c] = values[c];
        }
    }

    public void Dispose()
    {
        _state.Dispose();
        _chunk?.Dispose();
        _validation?.Dispose();
        _program.Dispose();
    }

    /// <summary>The weights of the epoch with the lowest validation loss, or of the latest epoch if the validation side is empty.</summary>
    private MlpSnapshot Kept() => _best ?? _state.Snapshot();

    /// <summary>Trains one pass over the balanced training side and returns the mean loss of its rows.</summary>
    private double TrainOnce(int epoch, CancellationToken cancel)
    {
        _data.Shuffle(epoch);
        var dropout = new SeededRandom(_parameters.Seed, RandomPurpose.Dropout, epoch);
        var chunkRows = Math.Min(
            Math.Max(1, ChunkElements / (_parameters.HiddenSize * _parameters.BatchSize)) * _parameters.BatchSize,
            _data.Rows);
        var rate = LearningRateSchedule.At(_parameters, epoch);
        var total = 0.0;
        for (var from = 0; from < _data.Rows;)
        {
            cancel.ThrowIfCancellationRequested();
            var rows = Math.Min(chunkRows, _data.Rows - from);
            if (_data.Rows - from - rows == 1)
            {
                // Batch normalisation needs at least two rows, so a single last row joins the previous batch.
                rows++;
            }

            var chunk = _chunk ??= new TrainingChunk(chunkRows + 1, _parameters.HiddenSize);
            _data.Fill(from, chunk.Inputs(rows), chunk.Classes(rows));
            EpochData.FillMask(dropout, chunk.Factors(rows));
            total += _program.Train(_state, chunk, rows, rate);
            from += rows;
        }

        return total / _data.Rows;
    }
}
