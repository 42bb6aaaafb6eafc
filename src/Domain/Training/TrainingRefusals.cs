namespace ModelOps.Domain.Training;

/// <summary>The refusals for training jobs. They are defined in one place so that each code has one meaning.</summary>
public static class TrainingRefusals
{
    public const string WorkerCrashedCode = "worker_crashed";

    public static RefusalException UnsupportedArchitecture(string architecture) => new(
        RefusalKind.Unprocessable, "unsupported_architecture", $"This build can't train the architecture {architecture}.");

    public static RefusalException Diverged(int epoch) => new(
        RefusalKind.Unprocessable,
        "training_diverged",
        $"The loss grew beyond all bounds in epoch {epoch}. Train again with a lower learning rate.");

    public static RefusalException JobNotFound() => new(
        RefusalKind.NotFound, "job_not_found", $"There is no training job with this id.");

    public static RefusalException JobAlreadyFinished(JobStatus status) => new(
        RefusalKind.Conflict, "job_already_finished", $"The training job has ended already: {status.ToString().ToLowerInvariant()}.");

    public static RefusalException NothingToRetry() => new(
        RefusalKind.Conflict, "nothing_to_retry", $"Only a training that failed or was cancelled can be started again.");
}
