using ModelOps.Domain.Training;

namespace ModelOps.Domain.Tests.Training;

/// <summary>Every write of a worker names its claim; one that lost it changes nothing.</summary>
public class TrainingJobClaimTests
{
    private static readonly DateTime Now = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, Action<TrainingJob, Guid>> Writes = new()
    {
        ["RecordData"] = (job, claim) => job.RecordData(claim, 99, "ff"),
        ["RecordElapsed"] = (job, claim) => job.RecordElapsed(claim, 5),
        ["RenewLease"] = (job, claim) => job.RenewLease(claim, Now, Lease),
        ["RecordProgress"] = (job, claim) => job.RecordProgress(claim, 9, 0.1, 1, []),
        ["Succeed"] = (job, claim) => job.Succeed(claim, "v20251111_153045", new(1, 1, 1, 1, 0), 1, [], Now),
        ["Fail"] = (job, claim) => job.Fail(claim, "code", Sentence.Plain("detail"), Now),
        ["ConfirmCancellation"] = (job, claim) => job.ConfirmCancellation(claim, Now),
        ["Release"] = (job, claim) => job.Release(claim, Now),
    };

    public static TheoryData<string> EveryWrite => [.. Writes.Keys];

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public void Write_WhenHeld_IsMade(string write)
    {
        var (job, claim) = Claimed();
        var before = job.RowVersion;
        Writes[write](job, claim);

        Assert.Equal(before + 1, job.RowVersion);
    }

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public void Write_WhenAnotherWorkerHoldsTheJob_Throws(string write)
    {
        var (job, lost) = Claimed();
        Assert.True(job.TryClaim(Guid.NewGuid(), Now + Lease, Lease));

        AssertLost(job, lost, write);
    }

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public void Write_WhenTheJobWasTakenBack_Throws(string write)
    {
        var (job, lost) = Claimed();
        job.TakeBack(Now + Lease);

        AssertLost(job, lost, write);
    }

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public void Write_WhenTheJobHasEnded_Throws(string write)
    {
        var (succeeded, first) = Claimed();
        succeeded.Succeed(first, "v20251111_153045", new(1, 1, 1, 1, 0), 1, [], Now);
        AssertLost(succeeded, first, write);

        var (failed, second) = Claimed();
        failed.Fail(second, "code", Sentence.Plain("detail"), Now);
        AssertLost(failed, second, write);

        var (cancelled, third) = Claimed();
        cancelled.RequestCancellation(Now);
        cancelled.ConfirmCancellation(third, Now);
        AssertLost(cancelled, third, write);
    }

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public void Write_WhenTheJobWasNeverClaimed_Throws(string write) =>
        AssertLost(TrainingJob.Create(new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 10, "00",
            "ann", Now), Guid.Empty, write);

    [Fact]
    public void RecordData_WhenHeld_ReplacesWhatTheRequestSaw()
    {
        var (job, claim) = Claimed();
        job.RecordData(claim, 11, "ab");

        Assert.Equal((11, "ab"), (job.DataRows, job.DataSha256));
    }

    [Fact]
    public void RecordProgress_WhenCancelling_IsStillMade()
    {
        var (job, claim) = Claimed();
        job.RequestCancellation(Now);
        job.RecordProgress(claim, 3, 0.5, 7, [new(3, 0.5, null, null)]);

        Assert.Equal((3, 0.5, 7, 1), (job.Epoch, job.Loss, job.EtaSeconds, job.History.Count));
        Assert.Equal(JobStatus.Cancelling, job.Status);
    }

    private static void AssertLost(TrainingJob job, Guid claim, string write)
    {
        var before = (job.Status, job.RowVersion, job.Claim, job.LeaseUntil, job.Epoch, job.DataRows, job.Attempt, job.FinishedAt);

        Assert.Throws<ClaimLostException>(() => Writes[write](job, claim));
        Assert.Equal(before, (job.Status, job.RowVersion, job.Claim, job.LeaseUntil, job.Epoch, job.DataRows, job.Attempt, job.FinishedAt));
    }

    private static (TrainingJob Job, Guid Claim) Claimed()
    {
        var job = TrainingJob.Create(new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 10, "00",
            "ann", Now);
        var claim = Guid.NewGuid();
        Assert.True(job.TryClaim(claim, Now, Lease));
        return (job, claim);
    }
}
