using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

public sealed record JobError(string Code, string Detail);

public sealed record JobData(string Source, int Rows, string Sha256);

/// <summary>A job without its history: an item of the list.</summary>
public record JobListItem(
    Guid JobId,
    JobStatus Status,
    int Epoch,
    int Epochs,
    double Progress,
    double? EtaSeconds,
    double ElapsedSeconds,
    double? Loss,
    string? Version,
    HeadlineMetrics? Metrics,
    double? TrainingTime,
    TrainingParameters Parameters,
    JobData Data,
    int Attempt,
    string RequestedBy,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? FinishedAt,
    JobError? Error)
{
    internal static JobListItem Of(TrainingJob job, DateTime now) => new(
        job.Id,
        job.Status,
        job.Epoch,
        job.Parameters.Epochs,
        (double)job.Epoch / job.Parameters.Epochs,
        job.EtaSeconds,
        Elapsed(job, now),
        job.Loss,
        job.VersionName,
        job.Metrics,
        job.TrainingTime,
        job.Parameters,
        new JobData(job.Data.Describe(), job.DataRows, job.DataSha256),
        job.Attempt,
        job.RequestedBy,
        job.CreatedAt,
        job.StartedAt,
        job.FinishedAt,
        job.ErrorCode is null ? null : new JobError(job.ErrorCode, job.ErrorDetail ?? ""));

    /// <summary>Seconds since a worker first took the job, up to its end.</summary>
    private static double Elapsed(TrainingJob job, DateTime now) =>
        job.StartedAt is { } started ? Math.Max(0, Math.Round(((job.FinishedAt ?? now) - started).TotalSeconds, 3)) : 0;
}

/// <summary>A job as <c>GET /model/jobs/{id}</c> answers it.</summary>
/// <param name="Stamp">Changes with every change of the job; the entity tag.</param>
public sealed record JobDetail(JobListItem Job, IReadOnlyList<EpochPoint> History, long Stamp);
