using ModelOps.Domain.Records;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Abstractions;

// replaced by the trainer's author
public interface IModelTrainer
{
    TrainingSpecification? FindPrepared(string folder);

    void Prepare(string folder, TrainingSpecification specification, IReadOnlyList<LabelledExample> rows);

    Task<TrainingOutcome> TrainAsync(
        TrainingSpecification specification,
        string folder,
        Func<TrainingProgress, Task> onProgress,
        CancellationToken cancel,
        CancellationToken stop);
}

public sealed record TrainingProgress(int Epoch, int Epochs, double Loss, double ElapsedSeconds, IReadOnlyList<EpochPoint> History);

public abstract record TrainingOutcome
{
    public sealed record Completed(TrainingSummary Summary, string OutputFolder) : TrainingOutcome;
    public sealed record Cancelled : TrainingOutcome;
    public sealed record Stopped : TrainingOutcome;
    public sealed record Refused(string Code, string Detail) : TrainingOutcome;
    public sealed record Crashed(int ExitCode) : TrainingOutcome;
}
