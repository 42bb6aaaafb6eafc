using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Abstractions;

/// <summary>The working folders of the trainings.</summary>
public interface ITrainingWorkspaces
{
    /// <summary>The folder of one claim on a job; no other claim ever writes there.</summary>
    ITrainingWorkspace Open(Guid jobId, Guid claim);

    /// <summary>Deletes the folders of all claims on a job. What can't be deleted now is left to the next sweep.</summary>
    void Delete(Guid jobId);

    /// <summary>The jobs that have folders.</summary>
    IReadOnlyList<Guid> ListJobs();
}

/// <summary>
/// One claim's folder, in which a process of its own trains. Specification, rows and checkpoint outlive a crash of either side.
/// Disposing the workspace keeps the folder, for whoever goes on with the job, unless <see cref="Complete"/> was called.
/// </summary>
public interface ITrainingWorkspace : IDisposable
{
    /// <summary>
    /// Takes over what was prepared before, in this folder or by an earlier claim with the furthest checkpoint, and removes the folders
    /// of the earlier claims. Null when there is nothing to take over.
    /// </summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    TrainingSpecification? TakeUp();

    /// <summary>Puts the specification and the rows into the folder.</summary>
    /// <param name="rows">What to train on.</param>
    /// <param name="records">The labelled records, which judge as well; null when there are none but <paramref name="rows"/>.</param>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    void Prepare(TrainingSpecification specification, IRows rows, IRows? records);

    /// <summary>Names the version in service, which the trained version is compared with at its end; may change while it trains.</summary>
    /// <param name="baseline">Null when none is in service.</param>
    /// <param name="earlierLooks">Comparisons with the baseline before this one.</param>
    void SetBaseline(ModelVersion? baseline, int earlierLooks);

    /// <summary>Trains in the prepared folder, from its checkpoint where there is one.</summary>
    /// <param name="onProgress">Called some times a second.</param>
    /// <param name="cancel">No version is wanted any more.</param>
    /// <param name="stop">This worker ends; the training will go on elsewhere, or later.</param>
    Task<TrainingOutcome> TrainAsync(Action<TrainingProgress> onProgress, CancellationToken cancel, CancellationToken stop);

    /// <summary>The job has ended: its folders go when the workspace is disposed.</summary>
    void Complete();
}

/// <param name="Epoch">Epochs that are done.</param>
/// <param name="Loss">Training loss of the latest epoch.</param>
/// <param name="ElapsedSeconds">Training time so far, over all attempts.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, double Loss, double ElapsedSeconds, IReadOnlyList<EpochPoint> History);

/// <summary>A comparison of the trained version, which has no name yet, with the version in service.</summary>
public sealed record BaselineComparison(string Baseline, ModelComparison Result);

/// <summary>What a finished training leaves: its summary, and the comparison where a version was in service.</summary>
public sealed record TrainingResult(TrainingSummary Summary, BaselineComparison? Comparison);

/// <summary>How a run of the trainer ended.</summary>
public abstract record TrainingOutcome
{
    private TrainingOutcome()
    {
    }

    /// <param name="OutputFolder">Holds the version's files.</param>
    public sealed record Completed(TrainingResult Result, string OutputFolder) : TrainingOutcome;

    public sealed record Cancelled : TrainingOutcome;

    public sealed record Stopped : TrainingOutcome;

    /// <summary>The training can't succeed, whoever runs it.</summary>
    public sealed record Refused(string Code, Sentence Detail) : TrainingOutcome;

    /// <summary>The process died.</summary>
    public sealed record Crashed(int ExitCode) : TrainingOutcome;
}
