using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Domain.Training;

/// <summary>What came out when a version was made again from its own specification.</summary>
/// <param name="WeightsSha256">Of the weights that came out now.</param>
/// <param name="Equal">Whether they are the version's, to the last bit.</param>
public sealed record Reproduction(string Version, string WeightsSha256, bool Equal);

/// <summary>
/// One retraining. The row is the truth about it: whoever works on the job holds a claim, and each write of a worker names that
/// claim, so that one who lost it changes nothing. Times are UTC.
/// </summary>
public sealed class TrainingJob
{
    /// <summary>Claims without an end (the worker died each time) after which the job has failed.</summary>
    public const int MaxAttempts = 3;

    /// <summary>Characters that a stored error may have, its arguments included.</summary>
    public const int MaxErrorDetail = 1_000;

    public const int MaxArchitecture = 64;

    private TrainingJob()
    {
    }

    public Guid Id { get; private set; }

    /// <summary>Ascending in the order of creation; what pages of the list are cut by.</summary>
    public long Sequence { get; private set; }

    public JobStatus Status { get; private set; }

    public TrainingParameters Parameters { get; private set; } = new();

    public JobPurpose Purpose { get; private set; } = new JobPurpose.Retraining(new DataSelection.Database());

    /// <summary>Name of the network that is trained.</summary>
    public string Architecture { get; private set; } = "";

    public int DataRows { get; private set; }

    /// <summary><see cref="Data.RowsHeader.Sha256"/>; empty until a worker has read the rows.</summary>
    public string DataSha256 { get; private set; } = "";

    /// <summary>How often a worker has begun; a shutdown that hands the job back doesn't count.</summary>
    public int Attempt { get; private set; }

    /// <summary>The fencing token of the present claim, null while nobody works on the job.</summary>
    public Guid? Claim { get; private set; }

    /// <summary>Until when the claim holds without a heartbeat, by the database's clock.</summary>
    public DateTime? LeaseUntil { get; private set; }

    public int Epoch { get; private set; }

    public double? Loss { get; private set; }

    public double? EtaSeconds { get; private set; }

    public IReadOnlyList<EpochPoint> History { get; private set; } = [];

    public string? VersionName { get; private set; }

    public HeadlineMetrics? Metrics { get; private set; }

    /// <summary>Seconds from the first batch to the last evaluation.</summary>
    public double? TrainingTime { get; private set; }

    /// <summary>The new version against the one in service when it was made; null without one, or where they can't be compared.</summary>
    public VersionComparison? Comparison { get; private set; }

    /// <summary>Of a training that made a version again; such a job ends without a version of its own.</summary>
    public Reproduction? Reproduction { get; private set; }

    public string RequestedBy { get; private set; } = "";

    public DateTime CreatedAt { get; private set; }

    public DateTime? StartedAt { get; private set; }

    public DateTime? FinishedAt { get; private set; }

    public string? ErrorCode { get; private set; }

    /// <summary>Why the job failed, for a person to read.</summary>
    public Sentence? ErrorDetail { get; private set; }

    /// <summary>Concurrency token, incremented with every change.</summary>
    public long RowVersion { get; private set; }

    /// <param name="rows">Rows at the time of the request, repetitions included.</param>
    /// <param name="sha256">Of the rows, where it is known already; otherwise empty.</param>
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
    /// A worker takes the job. Returns false when there is nothing to do: it has ended, was cancelled meanwhile,
    /// another worker's lease still holds, or the last attempt was abandoned and <see cref="TakeBack"/> has yet to say so.
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
        StartedAt ??= now;
        Touch();
        return true;
    }

    public bool IsHeldBy(Guid claim) => Claim == claim && Status is (JobStatus.Running or JobStatus.Cancelling);

    /// <summary>The rows as the worker read them; they may differ from those of the request, as records came or went.</summary>
    public void RecordData(Guid claim, int rows, string sha256)
    {
        EnsureHeldBy(claim);
        DataRows = rows;
        DataSha256 = sha256;
        Touch();
    }

    /// <summary>A heartbeat: prolongs the lease.</summary>
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

    /// <summary>Asks for the end. A queued job ends at once, a running one when its worker has stopped.</summary>
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
    /// The training has its version. Returns false when a cancellation was asked for before: the job then ends as cancelled, and no
    /// version may appear.
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
    /// The training has shown whether its version can be made again. A job that was to be cancelled ends as cancelled nevertheless.
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

    /// <summary>The training can't succeed. A job that was to be cancelled ends as cancelled nevertheless.</summary>
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
    /// The training's process died under a worker that lives on. Returns whether another attempt begins, under the same claim;
    /// otherwise the job has ended.
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

    /// <summary>A worker that is asked to stop hands the job back; the attempt doesn't count.</summary>
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

    /// <summary>Whether the worker has been silent for longer than its lease.</summary>
    public bool IsAbandoned(DateTime now) =>
        Status is (JobStatus.Running or JobStatus.Cancelling) && (LeaseUntil is null || LeaseUntil <= now);

    /// <summary>
    /// Takes the job from a worker that has died: it is queued again, ends if it was to be cancelled, and has failed after
    /// <see cref="MaxAttempts"/>.
    /// </summary>
    /// <param name="workerIsGone">The worker is known to be dead, so its lease needn't run out.</param>
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
        Sentence.Of($"The training ended {Attempt} times without a result; the process that ran it died each time."),
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
        FinishedAt = now;
        Touch();
    }

    private void EnsureHeldBy(Guid claim)
    {
        if (!IsHeldBy(claim))
        {
            throw new ClaimLostException();
        }
    }

    private void Touch() => RowVersion++;
}

/// <summary>The worker no longer holds the job: it must stop and change nothing.</summary>
public sealed class ClaimLostException() : Exception("Another worker holds this job, or it has ended.");
