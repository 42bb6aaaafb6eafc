namespace ModelOps.Domain.Training;

/// <summary>The refusals that concern a training, in one place so that a code always means the same.</summary>
public static class TrainingRefusals
{
    public const string DatasetNotFoundCode = "dataset_not_found";

    public const string WorkerCrashedCode = "worker_crashed";

    public static RefusalException NotEnoughRecords(int available, int required) => new(
        RefusalKind.Unprocessable,
        "not_enough_records",
        $"A training needs at least {required} labelled records; there are {available}.");

    public static RefusalException NotEnoughClasses() => new(
        RefusalKind.Unprocessable,
        "not_enough_classes",
        $"A training needs several rows of at least two of the classes Negative, Prediabetes and Diabetes.");

    public static RefusalException DatasetNotFound(string name) => new(
        RefusalKind.NotFound, DatasetNotFoundCode, $"There is no dataset named {name}.");

    public static RefusalException JobNotFound() => new(
        RefusalKind.NotFound, "job_not_found", $"There is no training job with this id.");

    public static RefusalException JobAlreadyFinished(JobStatus status) => new(
        RefusalKind.Conflict, "job_already_finished", $"The training job has ended already: {status.ToString().ToLowerInvariant()}.");
}
