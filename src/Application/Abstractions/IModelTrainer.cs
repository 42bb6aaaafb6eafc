using ModelOps.Domain;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Abstractions;

/// <summary>Trains in a process of its own, in a working folder that outlives a crash of either side.</summary>
public interface IModelTrainer
{
    /// <summary>
    /// Takes up what was prepared before, in this folder or by an earlier claim: its rows and its latest checkpoint. Null for a new one.
    /// </summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    TrainingSpecification? TakeUp(string folder, IReadOnlyList<string> earlier);

    /// <summary>Writes specification and rows into the folder.</summary>
    /// <exception cref="Domain.RefusalException"><c>insufficient_storage</c></exception>
    void Prepare(string folder, TrainingSpecification specification, IReadOnlyList<LabelledExample> rows);

    /// <summary>Trains in a prepared folder, from its checkpoint where there is one.</summary>
    /// <param name="onProgress">Called some times a second.</param>
    /// <param name="cancel">No version is wanted any more.</param>
    /// <param name="stop">This worker ends; the training will go on elsewhere, or later.</param>
    Task<TrainingOutcome> TrainAsync(
        TrainingSpecification specification,
        string folder,
        Action<TrainingProgress> onProgress,
        CancellationToken cancel,
        CancellationToken stop);
}

/// <param name="Epoch">Epochs that are done.</param>
/// <param name="Loss">Training loss of the latest epoch.</param>
/// <param name="ElapsedSeconds">Training time so far, over all attempts.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, double Loss, double ElapsedSeconds, IReadOnlyList<EpochPoint> History);

/// <summary>How a run of the trainer ended.</summary>
public abstract record TrainingOutcome
{
    private TrainingOutcome()
    {
    }

    /// <param name="OutputFolder">Holds the version's files.</param>
    public sealed record Completed(TrainingSummary Summary, string OutputFolder) : TrainingOutcome;

    public sealed record Cancelled : TrainingOutcome;

    public sealed record Stopped : TrainingOutcome;

    /// <summary>The training can't succeed, whoever runs it.</summary>
    public sealed record Refused(string Code, Sentence Detail) : TrainingOutcome;

    /// <summary>The process died.</summary>
    public sealed record Crashed(int ExitCode) : TrainingOutcome;
}
