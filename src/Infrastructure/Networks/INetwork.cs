using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Networks;

/// <summary>
/// A kind of network. Its training runs in the trainer process with libtorch. Its versions predict from plain arrays without any native
/// library. All code of a network is in its folder; the rest of the product uses only <see cref="NetworkRegistry"/>.
/// </summary>
internal interface INetwork
{
    /// <summary>The name in the API and in stored versions, such as <c>mlp-bn</c>. It never changes.</summary>
    string Name { get; }

    /// <summary>Starts a training, or resumes one from a snapshot of a session with the same specification. Loads libtorch.</summary>
    /// <param name="snapshot">The bytes that <see cref="ITrainingSession.Snapshot"/> returned; null starts a new training.</param>
    /// <exception cref="Domain.RefusalException"><c>not_enough_classes</c></exception>
    ITrainingSession Begin(TrainingSpecification specification, TrainingRows rows, byte[]? snapshot);

    /// <summary>Creates the predictor of a version from its files.</summary>
    /// <exception cref="InvalidDataException">A file is missing or does not belong to this network.</exception>
    INetworkPredictor Load(IReadOnlyDictionary<string, byte[]> files);

    /// <summary>Creates the version's out-of-sample predictor.</summary>
    /// <param name="key">The key that the version was trained with.</param>
    /// <param name="rows">One pass over the version's own distinct rows, in canonical order; each call begins a new pass.</param>
    IJudge Judge(INetworkPredictor predictor, SplitKey key, Func<IEnumerable<CountedRow>> rows);
}

/// <summary>The distinct rows of a training, in canonical order.</summary>
/// <param name="Distinct">Rows that differ in inputs, class or patient.</param>
/// <param name="Folds">The fold 0..9 of each distinct row.</param>
/// <param name="Total">The number of rows read, including duplicates.</param>
internal sealed record TrainingRows(IReadOnlyList<LabelledExample> Distinct, IReadOnlyList<byte> Folds, int Total)
{
    /// <summary>The patient of each distinct row; null when no patient is known.</summary>
    public IReadOnlyList<PatientToken>? Patients { get; init; }

    public PatientToken PatientOf(int row) => Patients?[row] ?? default;

    public CountedRow this[int row] => new(Distinct[row], 1, Folds[row], PatientOf(row));

    /// <summary>The distinct rows in the form in which a rows file yields them, each with count 1.</summary>
    public IEnumerable<CountedRow> Counted() => Enumerable.Range(0, Distinct.Count).Select(i => this[i]);

    /// <summary>
    /// For each row, the folds of all rows with the same inputs. Without known patients that is the row's own fold. A member must not learn
    /// from a row when the member's fold is in this set: otherwise it would judge inputs that it has learned from.
    /// </summary>
    public FoldSet[] FoldsOfInputs()
    {
        var sets = new FoldSet[Distinct.Count];
        for (int first = 0, next; first < sets.Length; first = next)
        {
            var folds = FoldSet.None;
            for (next = first; next < sets.Length && Distinct[next].Features == Distinct[first].Features; next++)
            {
                folds |= FoldSet.Of(Folds[next]);
            }

            sets.AsSpan(first..next).Fill(folds);
        }

        return sets;
    }
}

/// <summary>A running training. It is synchronous and uses one thread; a process has at most one session.</summary>
internal interface ITrainingSession : IDisposable
{
    /// <summary>The numbers of distinct rows by class: for training, for validation (choice of the epoch) and for testing.</summary>
    SplitCounts Rows { get; }

    /// <summary>
    /// Trains one epoch. Epochs are numbered from 1, and the caller passes them in ascending order. After a snapshot, the caller continues
    /// with the next epoch.
    /// </summary>
    /// <returns>The epoch's training loss and the latest validation values; the validation values are null if there are none.</returns>
    /// <exception cref="Domain.RefusalException"><c>training_diverged</c></exception>
    /// <exception cref="OperationCanceledException"/>
    EpochPoint TrainEpoch(int epoch, CancellationToken cancel);

    /// <summary>Whether the training ends early (early stopping), because more epochs would not change the kept weights.</summary>
    bool IsOver { get; }

    /// <summary>The complete state of the training as bytes. May be called only between two epochs.</summary>
    byte[] Snapshot();

    /// <summary>Creates the version's files from the kept weights.</summary>
    TrainedNetwork Finish();

    /// <summary>Computes the prediction of the kept weights with libtorch: the reference for the version's golden rows.</summary>
    void Evaluate(PatientFeatures features, Span<double> probabilities);
}

/// <param name="BestEpoch">The epoch of the kept weights. For a network with several members, the latest of their epochs.</param>
/// <param name="WeightsSha256"><see cref="Safetensors.Hash"/> of the weights.</param>
/// <param name="Files">The version's files by name, except the rows file, the golden rows and the metadata.</param>
internal sealed record TrainedNetwork(int BestEpoch, string WeightsSha256, IReadOnlyDictionary<string, byte[]> Files);

/// <summary>A trained network that predicts from plain arrays. Immutable, allocation-free and thread-safe.</summary>
internal interface INetworkPredictor
{
    /// <summary>Whether the network promises that P(Diabetes) never falls when HbA1c alone rises, from 5.7 % up.</summary>
    bool IsMonotone { get; }

    /// <summary>Writes the probabilities of the three classes (length 3, sum 1, in class order).</summary>
    /// <returns>The share 0..1 of members whose most probable class equals the answer's; null for a network without members.</returns>
    double? Predict(PatientFeatures features, Span<double> probabilities);
}
