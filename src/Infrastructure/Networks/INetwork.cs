using ModelOps.Application.Predictions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks;

/// <summary>
/// One kind of network: how it is trained, in the trainer process with libtorch, and how its versions answer, from plain arrays without
/// any native library. Everything that knows a network stands in its folder; the rest of the product knows <see cref="NetworkRegistry"/>.
/// </summary>
internal interface INetwork
{
    /// <summary>The name on the wire and in stored versions, such as <c>mlp-bn</c>; never changes.</summary>
    string Name { get; }

    /// <summary>Begins a training, or goes on from a snapshot of an earlier session of the same specification. Loads libtorch.</summary>
    /// <param name="snapshot">What <see cref="ITrainingSession.Snapshot"/> returned; null begins anew.</param>
    /// <exception cref="Domain.RefusalException"><c>not_enough_classes</c></exception>
    ITrainingSession Begin(TrainingSpecification specification, TrainingRows rows, byte[]? snapshot);

    /// <summary>Builds the predictor of a version from its files.</summary>
    /// <exception cref="InvalidDataException">A file is missing or doesn't fit the network.</exception>
    INetworkPredictor Load(IReadOnlyDictionary<string, byte[]> files);

    /// <summary>Creates the version's out-of-sample predictor.</summary>
    /// <param name="key">The key that the version was trained with.</param>
    /// <param name="rows">One pass over the version's own distinct rows, in canonical order; each call begins a new pass.</param>
    IJudge Judge(INetworkPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows);
}

/// <summary>The distinct rows of a training, in canonical order.</summary>
/// <param name="Distinct">Rows that differ in inputs or class.</param>
/// <param name="Folds">The fold 0..9 of each distinct row.</param>
/// <param name="Total">Rows read, duplicates included.</param>
internal sealed record TrainingRows(IReadOnlyList<LabelledExample> Distinct, IReadOnlyList<byte> Folds, int Total)
{
    /// <summary>The rows as a pass over a rows file gives them, each once.</summary>
    public IEnumerable<CountedRow> Counted() => Distinct.Select((row, i) => new CountedRow(row, 1, Folds[i]));
}

/// <summary>A training under way. Synchronous, one thread, one session a process.</summary>
internal interface ITrainingSession : IDisposable
{
    /// <summary>Distinct rows by class: learned from, deciding about the epoch, judging.</summary>
    SplitCounts Rows { get; }

    /// <summary>
    /// Trains one epoch, counted from 1; the caller passes them in ascending order, after a snapshot from the one that follows.
    /// </summary>
    /// <returns>The epoch's losses, with the validation values that were measured last; null where the network measures none.</returns>
    /// <exception cref="Domain.RefusalException"><c>training_diverged</c></exception>
    /// <exception cref="OperationCanceledException"/>
    EpochPoint TrainEpoch(int epoch, CancellationToken cancel);

    /// <summary>Whether more epochs can't improve the weights that are kept: the training then ends early.</summary>
    bool IsOver { get; }

    /// <summary>Everything that decides how the training goes on, as bytes; between two epochs only.</summary>
    byte[] Snapshot();

    /// <summary>The files of the version that the weights kept so far make.</summary>
    TrainedNetwork Finish();

    /// <summary>What the kept weights answer, computed by libtorch: the reference for the version's golden rows.</summary>
    void Evaluate(PatientFeatures features, Span<double> probabilities);
}

/// <param name="BestEpoch">The epoch whose weights were kept; of several members the latest.</param>
/// <param name="WeightsSha256"><see cref="Safetensors.Hash"/> of the weights.</param>
/// <param name="Files">The version's files by name, without rows, golden rows and metadata.</param>
internal sealed record TrainedNetwork(int BestEpoch, string WeightsSha256, IReadOnlyDictionary<string, byte[]> Files);

/// <summary>A trained network that answers from plain arrays: immutable, allocation-free, safe for many threads.</summary>
internal interface INetworkPredictor
{
    /// <summary>Whether the network promises that P(Diabetes) never falls when HbA1c alone rises, from 5.7 % up.</summary>
    bool IsMonotone { get; }

    /// <summary>Writes the probabilities of the three classes (length 3, sum 1, in class order).</summary>
    /// <returns>The share 0..1 of the members whose own most probable class is the answer's; null for a network without members.</returns>
    double? Predict(PatientFeatures features, Span<double> probabilities);
}
