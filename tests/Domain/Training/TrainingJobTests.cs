using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;

namespace ModelOps.Domain.Tests.Training;

/// <summary>Each state's way to the others. <see cref="TrainingJobClaimTests"/> holds who may write.</summary>
public class TrainingJobTests
{
    private static readonly DateTime Now = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly Guid Claim = Guid.Parse("11111111-1111-1111-1111-111111111111");
    private static readonly Guid Other = Guid.Parse("22222222-2222-2222-2222-222222222222");
    private static readonly HeadlineMetrics Metrics = new(0.9, 0.8, 0.81, 0.82, 0.3);

    [Fact]
    public void Create_WhenNew_IsQueuedAndHeldByNobody()
    {
        var purpose = new JobPurpose.Retraining(new DataSelection.DatabaseAndDataset("a.csv"));
        var job = TrainingJob.Create(purpose, "crossfit-ple", new TrainingParameters(Epochs: 7), 12, "ab", "ann", Now);

        Assert.Equal((JobStatus.Queued, purpose, "crossfit-ple"), (job.Status, job.Purpose, job.Architecture));
        Assert.Equal((7, 12, "ab", "ann"), (job.Parameters.Epochs, job.DataRows, job.DataSha256, job.RequestedBy));
        Assert.Equal(Now, job.CreatedAt);
        Assert.Null(job.StartedAt);
        Assert.Null(job.Claim);
        Assert.False(job.IsAbandoned(DateTime.MaxValue));
        Assert.NotEqual(Queued().Id, job.Id);
    }

    [Theory]
    [InlineData(true, null, "database")]
    [InlineData(false, "a.csv", "dataset:a.csv")]
    [InlineData(true, "a.csv", "database+dataset:a.csv")]
    public void Describe_WhenSelectionIsGiven_NamesItsSources(bool database, string? dataset, string expected) =>
        Assert.Equal(
            (expected, expected, database, dataset),
            (DataSelection.Of(database, dataset).Describe(), new JobPurpose.Retraining(DataSelection.Of(database, dataset)).Describe(),
                DataSelection.Of(database, dataset).UsesDatabase, DataSelection.Of(database, dataset).DatasetName));

    [Fact]
    public void Of_WhenNoSourceIsNamed_Throws() => Assert.Throws<ArgumentException>(() => DataSelection.Of(false, null));

    [Fact]
    public void Describe_OfAReproduction_NamesTheVersion() =>
        Assert.Equal("version:v20251111_153045", new JobPurpose.Reproducing("v20251111_153045").Describe());

    [Theory]
    [InlineData(JobStatus.Queued, false)]
    [InlineData(JobStatus.Running, false)]
    [InlineData(JobStatus.Cancelling, false)]
    [InlineData(JobStatus.Cancelled, true)]
    [InlineData(JobStatus.Succeeded, true)]
    [InlineData(JobStatus.Failed, true)]
    public void IsFinal_WhenStatusIsGiven_SaysWhetherItEnds(JobStatus status, bool expected)
    {
        Assert.Equal(expected, status.IsFinal());
        Assert.Equal(status, In(status).Status);
        Assert.Equal(expected, In(status).FinishedAt is not null);
    }

    [Theory]
    [InlineData(JobStatus.Queued, true)]
    [InlineData(JobStatus.Running, false)]
    [InlineData(JobStatus.Cancelling, false)]
    [InlineData(JobStatus.Cancelled, false)]
    [InlineData(JobStatus.Succeeded, false)]
    [InlineData(JobStatus.Failed, false)]
    public void TryClaim_WhenLeaseHoldsOrJobEnded_IsRefused(JobStatus status, bool expected)
    {
        var job = In(status);
        var before = job.RowVersion;

        Assert.Equal(expected, job.TryClaim(Other, Now, Lease));
        Assert.Equal(expected ? JobStatus.Running : status, job.Status);
        Assert.Equal(expected, job.IsHeldBy(Other));
        Assert.Equal(expected ? before + 1 : before, job.RowVersion);
    }

    [Fact]
    public void TryClaim_WhenQueued_StartsTheFirstAttempt()
    {
        var job = Running();

        Assert.Equal((1, Claim, Now + Lease, Now), (job.Attempt, job.Claim, job.LeaseUntil, job.StartedAt));
    }

    [Fact]
    public void TryClaim_WhenTheLeaseHasRunOut_TakesTheJobFromTheOtherWorker()
    {
        var job = Running();

        Assert.False(job.TryClaim(Other, Now + Lease - TimeSpan.FromTicks(1), Lease));
        Assert.True(job.TryClaim(Other, Now + Lease, Lease));
        Assert.Equal((2, Now), (job.Attempt, job.StartedAt));
        Assert.True(job.IsHeldBy(Other));
        Assert.False(job.IsHeldBy(Claim));
    }

    [Fact]
    public void TryClaim_WhenTheLastAttemptWasAbandoned_IsRefusedSoThatTheJobCanFail()
    {
        var job = Queued();
        var now = Now;
        for (var attempt = 1; attempt <= TrainingJob.MaxAttempts; attempt++, now += Lease)
        {
            Assert.True(job.TryClaim(Guid.NewGuid(), now, Lease));
        }

        Assert.False(job.TryClaim(Other, now, Lease));
        Assert.Equal(TrainingJob.MaxAttempts, job.Attempt);
        job.TakeBack(now);
        Assert.Equal("worker_crashed", job.ErrorCode);
    }

    [Theory]
    [InlineData(JobStatus.Queued, JobStatus.Cancelled)]
    [InlineData(JobStatus.Running, JobStatus.Cancelling)]
    public void RequestCancellation_WhenNotEnded_EndsAtOnceOrWaitsForTheWorker(JobStatus status, JobStatus expected)
    {
        var job = In(status);
        job.RequestCancellation(Now.AddMinutes(1));

        Assert.Equal(expected, job.Status);
        Assert.Equal(expected.IsFinal() ? Now.AddMinutes(1) : null, job.FinishedAt);
    }

    [Fact]
    public void RequestCancellation_WhenAlreadyCancelling_ChangesNothing()
    {
        var job = In(JobStatus.Cancelling);
        var before = job.RowVersion;
        job.RequestCancellation(Now.AddMinutes(1));

        Assert.Equal((JobStatus.Cancelling, before), (job.Status, job.RowVersion));
        Assert.True(job.IsHeldBy(Claim));
    }

    [Theory]
    [InlineData(JobStatus.Cancelled)]
    [InlineData(JobStatus.Succeeded)]
    [InlineData(JobStatus.Failed)]
    public void RequestCancellation_WhenEnded_Refuses(JobStatus status)
    {
        var job = In(status);
        var before = job.RowVersion;

        var refusal = Assert.Throws<RefusalException>(() => job.RequestCancellation(Now));
        Assert.Equal(("job_already_finished", RefusalKind.Conflict), (refusal.Code, refusal.Kind));
        Assert.Equal((status, before), (job.Status, job.RowVersion));
    }

    [Fact]
    public void Succeed_WhenRunning_KeepsTheResult()
    {
        var job = Running();

        Assert.True(job.Succeed(Claim, "v20251111_153045", Metrics, 12.5, [new(1, 0.9, null, null), new(190, 0.1, null, null)],
            Now.AddMinutes(1)));
        Assert.Equal((JobStatus.Succeeded, "v20251111_153045", Metrics), (job.Status, job.VersionName, job.Metrics));
        Assert.Equal((12.5, 190, 0.1, 2), (job.TrainingTime, job.Epoch, job.Loss, job.History.Count));
        Assert.Equal(Now.AddMinutes(1), job.FinishedAt);
        Assert.Null(job.Claim);
        Assert.Null(job.LeaseUntil);
        Assert.Null(job.EtaSeconds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ConcludeReproduction_WhenRunning_SucceedsWithoutAVersion(bool equal)
    {
        var job = Running();
        var reproduction = new Reproduction("v20251111_153045", new string('a', 64), equal);

        job.ConcludeReproduction(Claim, reproduction, 12.5, [new(190, 0.1, null, null)], Now.AddMinutes(1));

        Assert.Equal((JobStatus.Succeeded, null, reproduction), (job.Status, job.VersionName, job.Reproduction));
        Assert.Equal((12.5, 0.1, job.Parameters.Epochs), (job.TrainingTime, job.Loss, job.Epoch));
    }

    [Fact]
    public void ConcludeReproduction_WhenCancelling_EndsTheJobAsCancelled()
    {
        var job = In(JobStatus.Cancelling);

        job.ConcludeReproduction(Claim, new Reproduction("v20251111_153045", new string('a', 64), true), 1, [], Now.AddMinutes(1));

        Assert.Equal((JobStatus.Cancelled, null), (job.Status, job.Reproduction));
    }

    [Fact]
    public void Succeed_WhenCancelling_EndsTheJobAsCancelledWithoutAVersion()
    {
        var job = In(JobStatus.Cancelling);

        Assert.False(job.Succeed(Claim, "v20251111_153045", Metrics, 12.5, [], Now.AddMinutes(1)));
        Assert.Equal((JobStatus.Cancelled, Now.AddMinutes(1)), (job.Status, job.FinishedAt));
        Assert.Equal((null, null, null), (job.VersionName, job.Metrics, job.TrainingTime));
    }

    [Fact]
    public void Fail_WhenCancelling_EndsTheJobAsCancelled()
    {
        var job = In(JobStatus.Cancelling);
        job.Fail(Claim, "out_of_memory", Sentence.Plain("x"), Now.AddMinutes(1));

        Assert.Equal((JobStatus.Cancelled, null), (job.Status, job.ErrorCode));
    }

    [Fact]
    public void Fail_WhenRunning_KeepsCodeAndDetail()
    {
        var job = Running();
        job.Fail(Claim, "out_of_memory", Sentence.Plain("x"), Now.AddMinutes(1));

        Assert.Equal((JobStatus.Failed, "out_of_memory"), (job.Status, job.ErrorCode));
        Assert.Equal(Sentence.Plain("x"), job.ErrorDetail);
        Assert.Equal(Now.AddMinutes(1), job.FinishedAt);
        Assert.Null(job.VersionName);
    }

    [Fact]
    public void ConfirmCancellation_WhenCancelling_EndsTheJob()
    {
        var job = In(JobStatus.Cancelling);
        job.ConfirmCancellation(Claim, Now.AddMinutes(1));

        Assert.Equal((JobStatus.Cancelled, Now.AddMinutes(1)), (job.Status, job.FinishedAt));
        Assert.Null(job.Claim);
    }

    [Fact]
    public void Release_WhenRunning_QueuesAgainAndGivesTheAttemptBack()
    {
        var job = Running();
        job.RecordProgress(Claim, 5, 0.4, 10, [new(5, 0.4, null, null)]);
        job.Release(Claim, Now);

        Assert.Equal((JobStatus.Queued, 0), (job.Status, job.Attempt));
        Assert.Null(job.Claim);
        Assert.Null(job.LeaseUntil);
        Assert.Null(job.EtaSeconds);
        Assert.Null(job.FinishedAt);
        Assert.Equal(5, job.Epoch);
        Assert.True(job.TryClaim(Other, Now, Lease));
        Assert.Equal(1, job.Attempt);
    }

    [Fact]
    public void Release_WhenCancelling_EndsTheJob()
    {
        var job = In(JobStatus.Cancelling);
        job.Release(Claim, Now.AddMinutes(1));

        Assert.Equal((JobStatus.Cancelled, 1, Now.AddMinutes(1)), (job.Status, job.Attempt, job.FinishedAt));
    }

    [Fact]
    public void TakeBack_WhenAbandoned_QueuesAgain()
    {
        var job = Running();
        job.TakeBack(Now + Lease);

        Assert.Equal((JobStatus.Queued, 1), (job.Status, job.Attempt));
        Assert.Null(job.Claim);
        Assert.False(job.IsAbandoned(DateTime.MaxValue));
    }

    [Fact]
    public void TakeBack_WhenAbandonedForTheThirdTime_Fails()
    {
        var job = Queued();
        var now = Now;
        for (var attempt = 1; attempt <= TrainingJob.MaxAttempts; attempt++, now += Lease)
        {
            Assert.Equal(JobStatus.Queued, job.Status);
            Assert.True(job.TryClaim(Guid.NewGuid(), now, Lease));
            job.TakeBack(now + Lease);
        }

        Assert.Equal((JobStatus.Failed, "worker_crashed", now), (job.Status, job.ErrorCode, job.FinishedAt));
        Assert.Contains("3 times", job.ErrorDetail!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TakeBack_WhenCancellingAndAbandoned_EndsTheJob()
    {
        var job = In(JobStatus.Cancelling);
        job.TakeBack(Now + Lease);

        Assert.Equal((JobStatus.Cancelled, Now + Lease), (job.Status, job.FinishedAt));
    }

    [Theory]
    [InlineData(JobStatus.Queued)]
    [InlineData(JobStatus.Running)]
    [InlineData(JobStatus.Cancelling)]
    [InlineData(JobStatus.Cancelled)]
    [InlineData(JobStatus.Succeeded)]
    [InlineData(JobStatus.Failed)]
    public void TakeBack_WhenNotAbandoned_Throws(JobStatus status)
    {
        var job = In(status);
        var before = job.RowVersion;

        Assert.Throws<InvalidOperationException>(() => job.TakeBack(Now));
        Assert.Equal((status, before), (job.Status, job.RowVersion));
    }

    [Theory]
    [InlineData(JobStatus.Running, JobStatus.Queued)]
    [InlineData(JobStatus.Cancelling, JobStatus.Cancelled)]
    public void TakeBack_WhenTheWorkerIsKnownToBeDead_DoesNotWaitForTheLease(JobStatus status, JobStatus expected)
    {
        var job = In(status);
        job.TakeBack(Now, workerIsGone: true);

        Assert.Equal((expected, null), (job.Status, job.Claim));
    }

    [Theory]
    [InlineData(JobStatus.Queued)]
    [InlineData(JobStatus.Cancelled)]
    [InlineData(JobStatus.Succeeded)]
    [InlineData(JobStatus.Failed)]
    public void TakeBack_WhenNoWorkerHoldsTheJob_ThrowsEvenIfTheWorkerIsGone(JobStatus status)
    {
        var job = In(status);

        Assert.Throws<InvalidOperationException>(() => job.TakeBack(Now, workerIsGone: true));
        Assert.Equal(status, job.Status);
    }

    [Fact]
    public void RecordCrash_WhenAttemptsAreLeft_BeginsTheNextUnderTheSameClaim()
    {
        var job = Running();

        Assert.True(job.RecordCrash(Claim, Now));
        Assert.Equal((JobStatus.Running, 2), (job.Status, job.Attempt));
        Assert.True(job.IsHeldBy(Claim));
        Assert.Null(job.FinishedAt);
    }

    [Fact]
    public void RecordCrash_WhenItWasTheLastAttempt_Fails()
    {
        var job = Running();
        Assert.True(job.RecordCrash(Claim, Now));
        Assert.True(job.RecordCrash(Claim, Now));

        Assert.False(job.RecordCrash(Claim, Now.AddMinutes(1)));
        Assert.Equal((JobStatus.Failed, "worker_crashed", 3), (job.Status, job.ErrorCode, job.Attempt));
        Assert.Equal(Now.AddMinutes(1), job.FinishedAt);
        Assert.Contains("3 times", job.ErrorDetail!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RecordCrash_WhenCancelling_EndsTheJobAsCancelled()
    {
        var job = In(JobStatus.Cancelling);

        Assert.False(job.RecordCrash(Claim, Now.AddMinutes(1)));
        Assert.Equal((JobStatus.Cancelled, 1, Now.AddMinutes(1)), (job.Status, job.Attempt, job.FinishedAt));
        Assert.Null(job.ErrorCode);
    }

    [Fact]
    public void RecordCrash_WhenAnotherWorkerHoldsTheJob_Throws() =>
        Assert.Throws<ClaimLostException>(() => Running().RecordCrash(Other, Now));

    [Fact]
    public void IsAbandoned_WhenTheHeartbeatContinues_IsFalse()
    {
        var job = Running();
        job.RenewLease(Claim, Now + Lease, Lease);

        Assert.False(job.IsAbandoned(Now + Lease));
        Assert.True(job.IsAbandoned(Now + Lease + Lease));
    }

    private static TrainingJob Queued() => TrainingJob.Create(
        new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 10, "00", "ann", Now);

    [Fact]
    public void Times_WhenTheClockIsSetBack_KeepTheirOrder()
    {
        var job = Queued();
        Assert.True(job.TryClaim(Claim, Now.AddHours(-1), Lease));
        job.RecordElapsed(Claim, 20);
        job.RecordElapsed(Claim, 10);
        job.Fail(Claim, "code", Sentence.Plain("detail"), Now.AddHours(-2));
        var waiting = Queued();
        waiting.RequestCancellation(Now.AddHours(-1));

        Assert.Equal((job.CreatedAt, job.CreatedAt, 20), (job.StartedAt, job.FinishedAt, job.ElapsedSeconds));
        Assert.Equal(waiting.CreatedAt, waiting.FinishedAt);
    }

    private static TrainingJob Running()
    {
        var job = Queued();
        Assert.True(job.TryClaim(Claim, Now, Lease));
        return job;
    }

    private static TrainingJob In(JobStatus status)
    {
        var job = status == JobStatus.Queued ? Queued() : Running();
        switch (status)
        {
            case JobStatus.Cancelling:
                job.RequestCancellation(Now);
                break;
            case JobStatus.Cancelled:
                job.RequestCancellation(Now);
                job.ConfirmCancellation(Claim, Now);
                break;
            case JobStatus.Succeeded:
                job.Succeed(Claim, "v20251111_153045", Metrics, 1, [], Now);
                break;
            case JobStatus.Failed:
                job.Fail(Claim, "code", Sentence.Plain("detail"), Now);
                break;
        }

        return job;
    }
}
