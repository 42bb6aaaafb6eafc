namespace ModelOps.Domain.Training;

/// <summary>
/// The states of a job. The transitions are:
/// <list type="bullet">
/// <item>Queued → Running → Succeeded | Failed.</item>
/// <item>Running → Queued, when the worker's lease expires or the worker shuts down.</item>
/// <item>Queued → Cancelled.</item>
/// <item>Running → Cancelling → Cancelled.</item>
/// </list>
/// </summary>
public enum JobStatus
{
    Queued = 0,
    Running = 1,
    Cancelling = 2,
    Cancelled = 3,
    Succeeded = 4,
    Failed = 5,
}

public static class JobStatuses
{
    public static bool IsFinal(this JobStatus status) =>
        status is JobStatus.Cancelled or JobStatus.Succeeded or JobStatus.Failed;
}
