namespace ModelOps.Domain.Training;

/// <summary>
/// Queued → Running → Succeeded | Failed | Cancelled; Running → Queued when the lease is lost;
/// Queued | Running → Cancelling → Cancelled.
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
