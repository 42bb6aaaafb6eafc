using System.Linq.Expressions;
using System.Text.Json.Serialization;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

public sealed record JobError(string Code, string Detail);

/// <param name="FromSource">What was read from the hospital's own table; null when it wasn't read.</param>
public sealed record JobData(string Source, int Rows, string Sha256, SourceAnswer? FromSource);

/// <inheritdoc cref="SourceReport"/>
public sealed record SourceAnswer(int Rows, int Rejected, IReadOnlyList<ProblemCountAnswer> Problems)
{
    internal static SourceAnswer Of(SourceReport report) => new(
        report.Rows,
        report.Rejected,
        [.. report.Problems.Select(p => new ProblemCountAnswer(p.Column, Texts.Say(p.Problem), p.Rows))]);
}

/// <inheritdoc cref="ProblemCount"/>
public sealed record ProblemCountAnswer(string Column, string Problem, int Rows);

/// <summary>A job as clients see it.</summary>
/// <param name="Comparison">The comparison of the new version with the version that was in service; null if there was none.</param>
/// <param name="Reproduction">
/// The result of a job that reproduces a version, set when the job has ended. Such a job creates no version.
/// </param>
/// <param name="History">Omitted from lists.</param>
/// <param name="Stamp">The entity tag. Changes with every change of the job.</param>
public sealed record JobAnswer(
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
    JobError? Error,
    ComparisonAnswer? Comparison,
    Reproduction? Reproduction,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EpochPoint>? History,
    [property: JsonIgnore] string Architecture,
    [property: JsonIgnore] long Stamp)
{
    /// <summary>Maps a job with its history.</summary>
    internal static JobAnswer Of(TrainingJob job, DateTime now) => Of(ListedJob.From(job), now) with { History = job.History };

    /// <summary>Maps a job without its history, for lists.</summary>
    internal static JobAnswer Of(ListedJob job, DateTime now) => new(
        JobId: job.Id,
        Status: job.Status,
        Epoch: job.Epoch,
        Epochs: job.Parameters.Epochs,
        Progress: (double)job.Epoch / job.Parameters.Epochs,
        EtaSeconds: job.EtaSeconds,
        ElapsedSeconds: Elapsed(job, now),
        Loss: job.Loss,
        Version: job.VersionName,
        Metrics: job.Metrics,
        TrainingTime: job.TrainingTime,
        Parameters: job.Parameters,
        Data: new JobData(
            job.Purpose.DescribeData(job.Source), job.DataRows, job.DataSha256, job.Source is null ? null : SourceAnswer.Of(job.Source)),
        Attempt: job.Attempt,
        RequestedBy: job.RequestedBy,
        CreatedAt: job.CreatedAt,
        StartedAt: job.StartedAt,
        FinishedAt: job.FinishedAt,
        Error: job.ErrorCode is null ? null : new JobError(job.ErrorCode, job.ErrorDetail is null ? "" : Texts.Say(job.ErrorDetail)),
        Comparison: job.Comparison is null ? null : ComparisonAnswer.Of(job.Comparison),
        Reproduction: job.Reproduction,
        History: null,
        Architecture: job.Architecture,
        Stamp: job.RowVersion);

    /// <summary>Returns the refusal for a client that waited for a training which ended without a version.</summary>
    public RefusalException ToRefusal() => Status == JobStatus.Cancelled
        ? new RefusalException(RefusalKind.Conflict, "job_cancelled", $"The training was cancelled.")
        : new RefusalException(KindOf(Error?.Code), Error?.Code ?? "training_failed", $"{Error?.Detail ?? "The training failed."}");

    private static RefusalKind KindOf(string? code) => code switch
    {
        DatasetRefusals.NotFoundCode => RefusalKind.NotFound,
        "insufficient_storage" => RefusalKind.InsufficientStorage,
        TrainingRefusals.WorkerCrashedCode or SourceRefusals.UnavailableCode => RefusalKind.Unavailable,
        _ => RefusalKind.Unprocessable,
    };

    /// <summary>
    /// Seconds for which workers held the job. In jobs that ended in an earlier build, which didn't measure them: from the first claim to
    /// the end.
    /// </summary>
    private static double Elapsed(ListedJob job, DateTime now) => job.ElapsedSeconds is { } measured
        ? Math.Round(measured, 3)
        : job.StartedAt is { } started ? Math.Max(0, Math.Round(((job.FinishedAt ?? now) - started).TotalSeconds, 3)) : 0;
}

/// <summary>What a list reads of a job: everything but its history, which is by far the largest column.</summary>
internal sealed record ListedJob
{
    /// <summary>For a query's selection.</summary>
    public static Expression<Func<TrainingJob, ListedJob>> Columns { get; } = job => new ListedJob
    {
        Sequence = job.Sequence,
        Id = job.Id,
        Status = job.Status,
        Epoch = job.Epoch,
        EtaSeconds = job.EtaSeconds,
        ElapsedSeconds = job.ElapsedSeconds,
        Loss = job.Loss,
        VersionName = job.VersionName,
        Metrics = job.Metrics,
        TrainingTime = job.TrainingTime,
        Parameters = job.Parameters,
        Purpose = job.Purpose,
        DataRows = job.DataRows,
        DataSha256 = job.DataSha256,
        Source = job.Source,
        Attempt = job.Attempt,
        RequestedBy = job.RequestedBy,
        CreatedAt = job.CreatedAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        ErrorCode = job.ErrorCode,
        ErrorDetail = job.ErrorDetail,
        Comparison = job.Comparison,
        Reproduction = job.Reproduction,
        Architecture = job.Architecture,
        RowVersion = job.RowVersion,
    };

    public required long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required JobStatus Status { get; init; }

    public required int Epoch { get; init; }

    public required double? EtaSeconds { get; init; }

    public required double? ElapsedSeconds { get; init; }

    public required double? Loss { get; init; }

    public required string? VersionName { get; init; }

    public required HeadlineMetrics? Metrics { get; init; }

    public required double? TrainingTime { get; init; }

    public required TrainingParameters Parameters { get; init; }

    public required JobPurpose Purpose { get; init; }

    public required int DataRows { get; init; }

    public required string DataSha256 { get; init; }

    public required SourceReport? Source { get; init; }

    public required int Attempt { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime? StartedAt { get; init; }

    public required DateTime? FinishedAt { get; init; }

    public required string? ErrorCode { get; init; }

    public required Sentence? ErrorDetail { get; init; }

    public required VersionComparison? Comparison { get; init; }

    public required Reproduction? Reproduction { get; init; }

    public required string Architecture { get; init; }

    public required long RowVersion { get; init; }

    private static Lazy<Func<TrainingJob, ListedJob>> Read { get; } = new(() => Columns.Compile());

    public static ListedJob From(TrainingJob job) => Read.Value(job);
}
