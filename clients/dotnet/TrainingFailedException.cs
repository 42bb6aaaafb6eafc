namespace ModelOps.Client;

/// <summary>A training ended without a version: it failed, or somebody cancelled it.</summary>
public sealed class TrainingFailedException(JobAnswer job) : Exception(
    job.Error?.Detail ?? (job.Status == JobStatus.Cancelled ? "The training was cancelled." : $"The training ended as {job.Status}."))
{
    /// <summary>The job as it ended.</summary>
    public JobAnswer Job { get; } = job;

    /// <summary>The error's code; null for a cancelled training.</summary>
    public string? Code => Job.Error?.Code;
}
