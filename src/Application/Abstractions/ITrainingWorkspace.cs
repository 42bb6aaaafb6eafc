using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>Manages the working folders of training jobs.</summary>
public interface ITrainingWorkspaces
{
    /// <summary>Opens the folder of one claim on a job. No other claim writes to this folder.</summary>
    ITrainingWorkspace Open(Guid jobId, Guid claim);

    /// <summary>Deletes the folders of all claims on a job. The next sweep deletes folders that can't be deleted now.</summary>
    void Delete(Guid jobId);

    /// <summary>The jobs that have folders.</summary>
    IReadOnlyList<Guid> ListJobs();
}

/// <summary>
/// The folder of one claim, in which a separate process trains. The specification, the rows and the checkpoint survive a crash of the
/// worker or the trainer. Dispose keeps the folder for the next claim on the job, unless <see cref="Complete"/> was called.
/// </summary>
public interface ITrainingWorkspace : IDisposable
{
    /// <summary>
    /// Reuses a prepared training from this folder or from the earlier claim with the furthest checkpoint, and deletes the folders of
    /// earlier claims. Returns null when there is no prepared training.
    /// </summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    TrainingSpecification? TakeUp();

    /// <summary>Writes the specification and the rows to the folder.</summary>
    /// <param name="rows">The rows to train on.</param>
    /// <param name="records">
    /// The labelled records, also used for evaluation; null when there are no records besides <paramref name="rows"/>.
    /// </param>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    void Prepare(TrainingSpecification specification, IRows rows, IRows? records);

    /// <summary>
    /// Sets the version in service with which the trained version is compared. The baseline may change during the training.
    /// </summary>
    /// <param name="baseline">Null when no version is in service.</param>
    /// <param name="earlierLooks">Number of earlier comparisons with this baseline.</param>
    void SetBaseline(ModelVersion? baseline, int earlierLooks);

    /// <summary>Trains in the prepared folder and resumes from its checkpoint if there is one.</summary>
    /// <param name="onProgress">Called several times per second.</param>
    /// <param name="cancel">Cancels the job: no version will be created.</param>
    /// <param name="stop">Stops this worker. The training resumes later or on another worker.</param>
    Task<TrainingOutcome> TrainAsync(Action<TrainingProgress> onProgress, CancellationToken cancel, CancellationToken stop);

    /// <summary>Marks the job as ended: Dispose deletes its folders.</summary>
    void Complete();
}

/// <param name="Epoch">Epochs that are done.</param>
/// <param name="Loss">Training loss of the latest epoch.</param>
/// <param name="ElapsedSeconds">Training time so far, over all attempts.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, double Loss, double ElapsedSeconds, IReadOnlyList<EpochPoint> History);

/// <summary>A comparison of the trained version, which has no name yet, with the version in service.</summary>
public sealed record BaselineComparison(string Baseline, ModelComparison Result);

/// <summary>The result of a completed training: its summary, and the comparison if a version was in service.</summary>
public sealed record TrainingResult(TrainingSummary Summary, BaselineComparison? Comparison);

/// <summary>How a run of the trainer ended.</summary>
public abstract record TrainingOutcome
{
    private TrainingOutcome()
    {
    }

    /// <summary>The last lines that the trainer wrote.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];

    /// <param name="OutputFolder">Holds the version's files.</param>
    public sealed record Completed(TrainingResult Result, string OutputFolder) : TrainingOutcome;

    public sealed record Cancelled : TrainingOutcome;

    public sealed record Stopped : TrainingOutcome;

    /// <summary>The training can't succeed on any worker.</summary>
    public sealed record Refused(string Code, Sentence Detail) : TrainingOutcome;

    /// <summary>The trainer process crashed.</summary>
    public sealed record Crashed(int ExitCode) : TrainingOutcome;
}
