using ModelOps.Domain.Evaluation;

namespace ModelOps.Domain.Training;

/// <summary>The result of reproducing a version from its specification.</summary>
/// <param name="WeightsSha256">SHA-256 of the reproduced weights.</param>
/// <param name="Equal">Whether the reproduced weights are bitwise equal to the weights of the version.</param>
public sealed record Reproduction(string Version, string WeightsSha256, bool Equal);

/// <summary>
/// One retraining, or one reproduction of a version. Its database row is the only source of its state. The worker that runs the job holds a
/// claim and passes it as a fencing token with every write. A worker that lost its claim can't change the job. Times are UTC.
/// </summary>
public sealed class TrainingJob
{
    /// <summary>Maximum number of attempts. When the worker or its process dies in the last attempt, the job fails.</summary>
    public const int MaxAttempts = 3;

    /// <summary>Maximum length in characters of <see cref="ErrorDetail"/> as stored, arguments included.</summary>
    public const int MaxErrorDetail = 1_000;

    public const int MaxArchitecture = 64;

    private TrainingJob()
    {
    }

    public Guid Id { get; private set; }

    /// <summary>Ascends in the order of creation. The list of jobs is paginated by this number.</summary>
    public long Sequence { get; private set; }

    public JobStatus Status { get; private set; }

    public TrainingParameters Parameters { get; private set; } = new();

    public JobPurpose Purpose { get; private set; } = new JobPurpose.Retraining(new DataSelection.Database());

    /// <summary>Name of the network, such as <c>crossfit-ple</c>.</summary>
    public string Architecture { get; private set; } = "";

    public int DataRows { get; private set; }

    /// <summary>SHA-256 of the rows (<see cref="Data.RowsHeader.Sha256"/>); empty until it is known.</summary>
    public string DataSha256 { get; private set; } = "";

    /// <summary>What was read from the hospital's own table; null when it wasn't read.</summary>
    public SourceReport? Source { get; private set; }

    /// <summary>Number of attempts so far. An attempt that <see cref="Release"/> ended isn't counted.</summary>
    public int Attempt { get; private set; }

    /// <summary>The fencing token of the current claim; null while no worker holds the job.</summary>
    public Guid? Claim { get; private set; }

    /// <summary>The time at which the lease expires unless a heartbeat renews it, by the database's clock.</summary>
    public DateTime? LeaseUntil { get; private set; }

    public int Epoch { get; private set; }

    public double? Loss { get; private set; }

    public double? EtaSeconds { get; private set; }

    public IReadOnlyList<EpochPoint> History { get; private set; } = [];

    public string? VersionName { get; private set; }

    public HeadlineMetrics? Metrics { get; private set; }

    /// <summary>Seconds from the first batch to the end of the last evaluation.</summary>
    public double? TrainingTime { get; private set; }

    /// <summary>
    /// The comparison of the new version with the version that was active when the new one was created. Null when no version was active
    /// or the two versions can't be compared.
    /// </summary>
    public VersionComparison? Comparison { get; private set; }

    /// <summary>The result of a job that reproduces a version; null for a retraining. Such a job creates no version.</summary>
    public Reproduction? Reproduction { get; private set; }

    /// <summary>
    /// Seconds for which workers held the job, measured by their monotonic clocks, so that a clock that is set doesn't change it. Null
    /// until a worker claims the job, and in jobs that ended in an earlier build.
    /// </summary>
    public double? ElapsedSeconds { get; private set; }

    public string RequestedBy { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    public DateTime? StartedAt { get; private set; }

    public DateTime? FinishedAt { get; private set; }

    public string? ErrorCode { get; private set; }

    /// <summary>The reason of the failure, for users; null unless the job failed.</summary>
    public Sentence? ErrorDetail { get; private set; }

    /// <summary>Optimistic concurrency token, incremented by every change.</summary>
    public long RowVersion { get; private set; }

    /// <param name="rows">Number of rows at the time of the request, repetitions included.</param>
    /// <param name="sha256">SHA-256 of the rows if already known, otherwise empty.</param>
    public static TrainingJob Create(
        JobPurpose purpose, string architecture, TrainingParameters parameters, int rows, string sha256, string requestedBy,
            DateTime now) => new()
        {
            Id = Guid.CreateVersion7(now),
            Status = JobStatus.Queued,
            Parameters = parameters,
            Purpose = purpose,
            Architecture = architecture,
            DataRows = rows,
            DataSha256 = sha256,
            RequestedBy = requestedBy,
            CreatedAt = now,
        };

    /// <summary>
    /// Claims the job for a worker and starts its lease. Returns false and changes nothing in these cases: the job has ended; the job is
    /// being cancelled; another worker's lease hasn't expired; or the worker of the last attempt died, so <see cref="TakeBack"/> must end
    /// the job.
    /// </summary>
    public bool TryClaim(Guid claim, DateTime now, TimeSpan lease)
    {
        if (Status.IsFinal() || Status == JobStatus.Cancelling
            || (Status == JobStatus.Running && (LeaseUntil > now || Attempt >= MaxAttempts)))
        {
            return false;
        }

        Status = JobStatus.Running;
        Attempt++;
        Claim = claim;
        LeaseUntil = now + lease;
        StartedAt ??= NotBefore(CreatedAt, now);
        ElapsedSeconds ??= 0;
        Touch();
        return true;
    }

    public bool IsHeldBy(Guid claim) => Claim == claim && Status is (JobStatus.Running or JobStatus.Cancelling);

    /// <summary>
    /// Records the rows that the worker read. They may differ from the rows at the time of the request, because records may have been
    /// added or deleted since.
    /// </summary>
    /// <param name="source">What was read from the hospital's own table; null when it wasn't read.</param>
    public void RecordData(Guid claim, int rows, string sha256, SourceReport? source = null)
    {
        EnsureHeldBy(claim);
        DataRows = rows;
        DataSha256 = sha256;
        Source = source;
        Touch();
    }

    /// <inheritdoc cref="JobPurpose.DescribeData"/>
    public string DescribeData() => Purpose.DescribeData(Source);

    /// <summary>Records the seconds for which this job was worked on so far. The value never decreases.</summary>
    public void RecordElapsed(Guid claim, double seconds)
    {
        EnsureHeldBy(claim);
        ElapsedSeconds = Math.Max(ElapsedSeconds ?? 0, seconds);
        Touch();
    }

    /// <summary>Heartbeat: renews the lease.</summary>
    public void RenewLease(Guid claim, DateTime now, TimeSpan lease)
    {
        EnsureHeldBy(claim);
        LeaseUntil = now + lease;
        Touch();
    }

    public void RecordProgress(Guid claim, int epoch, double? loss, double? etaSeconds, IReadOnlyList<EpochPoint> history)
    {
        EnsureHeldBy(claim);
        Epoch = epoch;
        Loss = loss;
        EtaSeconds = etaSeconds;
        History = history;
        Touch();
    }

    /// <summary>
    /// Requests cancellation. A queued job is cancelled immediately. A running job is cancelled when its worker has stopped.
    /// The call is idempotent while the job is being cancelled.
    /// </summary>
    /// <exception cref="RefusalException"><c>job_already_finished</c>: the job has ended.</exception>
    public void RequestCancellation(DateTime now)
    {
        if (Status.IsFinal())
        {
            throw TrainingRefusals.JobAlreadyFinished(Status);
        }

        if (Status == JobStatus.Queued)
        {
            Finish(JobStatus.Cancelled, now);
        }
        else if (Status == JobStatus.Running)
        {
            Status = JobStatus.Cancelling;
            Touch();
        }
    }

    /// <summary>
    /// Ends the job as succeeded with its new version. Returns false when cancellation was requested before. The job then ends as cancelled
    /// and the caller must not publish the version.
    /// </summary>
    public bool Succeed(
        Guid claim,
        string version,
        HeadlineMetrics metrics,
        double trainingTime,
        IReadOnlyList<EpochPoint> history,
        DateTime now,
        VersionComparison? comparison = null)
    {
        EnsureHeldBy(claim);
        if (Status == JobStatus.Cancelling)
        {
            Finish(JobStatus.Cancelled, now);
            return false;
        }

        VersionName = version;
        Metrics = metrics;
        Comparison = comparison;
        Complete(trainingTime, history, now);
        return true;
    }

    /// <summary>
    /// Ends the job as succeeded with the result of a reproduction. If cancellation was requested, the job ends as cancelled instead.
    /// </summary>
    public void ConcludeReproduction(
        Guid claim, Reproduction reproduction, double trainingTime, IReadOnlyList<EpochPoint> history, DateTime now)
    {
        EnsureHeldBy(claim);
        if (Status == JobStatus.Cancelling)
        {
            Finish(JobStatus.Cancelled, now);
            return;
        }

        Reproduction = reproduction;
        Complete(trainingTime, history, now);
    }

    /// <summary>Ends the job as failed. If cancellation was requested, the job ends as cancelled instead.</summary>
    public void Fail(Guid claim, string code, Sentence detail, DateTime now)
    {
        EnsureHeldBy(claim);
        if (Status == JobStatus.Cancelling)
        {
            Finish(JobStatus.Cancelled, now);
            return;
        }

        Fail(code, detail, now);
    }

    public void ConfirmCancellation(Guid claim, DateTime now)
    {
        EnsureHeldBy(claim);
        Finish(JobStatus.Cancelled, now);
    }

    /// <summary>
    /// Records that the trainer process died while its worker is still alive. Returns true when a new attempt begins under the same claim.
    /// Returns false when the job has ended.
    /// </summary>
    public bool RecordCrash(Guid claim, DateTime now)
    {
        EnsureHeldBy(claim);
        if (Status == JobStatus.Cancelling)
        {
            Finish(JobStatus.Cancelled, now);
            return false;
        }

        if (Attempt >= MaxAttempts)
        {
            FailAsCrashed(now);
            return false;
        }

        Attempt++;
        Touch();
        return true;
    }

    /// <summary>
    /// Returns the job to the queue when its worker shuts down; the attempt isn't counted. If cancellation was requested, the job ends as
    /// cancelled instead.
    /// </summary>
    public void Release(Guid claim, DateTime now)
    {
        EnsureHeldBy(claim);
        if (Status == JobStatus.Cancelling)
        {
            Finish(JobStatus.Cancelled, now);
            return;
        }

        Attempt--;
        BackToQueue();
    }

    /// <summary>Whether the worker's lease has expired without a heartbeat.</summary>
    public bool IsAbandoned(DateTime now) =>
        Status is (JobStatus.Running or JobStatus.Cancelling) && (LeaseUntil is null || LeaseUntil <= now);

    /// <summary>
    /// Takes the job from a dead worker. If cancellation was requested, the job ends as cancelled. After <see cref="MaxAttempts"/> attempts
    /// the job ends as failed. Otherwise the job is queued again.
    /// </summary>
    /// <param name="workerIsGone">Whether the worker is known to be dead. The lease is then ignored.</param>
    /// <exception cref="InvalidOperationException">No worker holds the job, or the worker may still be alive.</exception>
    public void TakeBack(DateTime now, bool workerIsGone = false)
    {
        if (!IsAbandoned(now) && !(workerIsGone && Status is (JobStatus.Running or JobStatus.Cancelling)))
        {
            throw new InvalidOperationException("Only an abandoned job is taken back.");
        }

        if (Status == JobStatus.Cancelling)
        {
            Finish(JobStatus.Cancelled, now);
        }
        else if (Attempt >= MaxAttempts)
        {
            FailAsCrashed(now);
        }
        else
        {
            BackToQueue();
        }
    }

    private void Complete(double trainingTime, IReadOnlyList<EpochPoint> history, DateTime now)
    {
        TrainingTime = trainingTime;
        Epoch = Parameters.Epochs;
        History = history;
        Loss = history.Count > 0 ? history[^1].Loss : Loss;
        Finish(JobStatus.Succeeded, now);
    }

    private void Fail(string code, Sentence detail, DateTime now)
    {
        ErrorCode = code;
        ErrorDetail = detail;
        Finish(JobStatus.Failed, now);
    }

    private void FailAsCrashed(DateTime now) => Fail(
        TrainingRefusals.WorkerCrashedCode,
        Sentence.Of($"The training ended {Attempt:once|# times} without a result; the process that ran it died each time."),
        now);

    private void BackToQueue()
    {
        Status = JobStatus.Queued;
        Claim = null;
        LeaseUntil = null;
        EtaSeconds = null;
        Touch();
    }

    private void Finish(JobStatus status, DateTime now)
    {
        Status = status;
        Claim = null;
        LeaseUntil = null;
        EtaSeconds = null;
        FinishedAt = NotBefore(StartedAt ?? CreatedAt, now);
        Touch();
    }

    /// <summary>The clock may have been set back since the earlier event. The events' order is kept nevertheless.</summary>
    private static DateTime NotBefore(DateTime earlier, DateTime now) => now < earlier ? earlier : now;

    private void EnsureHeldBy(Guid claim)
    {
        if (!IsHeldBy(claim))
        {
            throw new ClaimLostException();
        }
    }

    private void Touch() => RowVersion++;
}

/// <summary>The worker has lost its claim on the job. It must stop and must not write anything.</summary>
public sealed class ClaimLostException() : Exception("Another worker holds this job, or it has ended.");
