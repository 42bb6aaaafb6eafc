using ModelOps.Application.Training;
using ModelOps.Domain.Training;
using ModelOps.TestSupport;
using Moq;

namespace ModelOps.Application.Tests.Training;

public sealed class ReconcileJobsOnSqliteTests() : ReconcileJobsTests(Provider.Sqlite);

public sealed class ReconcileJobsOnPostgreSqlTests() : ReconcileJobsTests(Provider.PostgreSql);

public abstract class ReconcileJobsTests(Provider provider) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Handle_WhenAWorkerIsSilentBeyondItsLease_QueuesItsJobAgain()
    {
        var abandoned = await _world.AddJobAsync(Claimed());
        await _world.PassAsync(Lease + TimeSpan.FromSeconds(1));
        var living = await _world.AddJobAsync(Claimed());

        await _world.SendAsync(new ReconcileJobs());

        Assert.Equal((JobStatus.Queued, 1, null), await StateAsync(abandoned));
        Assert.Equal(JobStatus.Running, (await _world.JobAsync(living)).Status);
        _world.Queue.Verify(q => q.Enqueue(abandoned), Times.Once);
        _world.Queue.Verify(q => q.Enqueue(living), Times.Never);
    }

    [Fact]
    public async Task Handle_WhenTheLastAttemptWasAbandoned_FailsTheJob()
    {
        var id = await _world.AddJobAsync(j =>
        {
            for (var attempt = 0; attempt < TrainingJob.MaxAttempts; attempt++)
            {
                Assert.True(j.TryClaim(Guid.NewGuid(), Now + attempt * Lease, Lease));
            }
        });
        await _world.PassAsync((TrainingJob.MaxAttempts + 1) * Lease);

        await _world.SendAsync(new ReconcileJobs());

        Assert.Equal((JobStatus.Failed, 3, "worker_crashed"), await StateAsync(id));
        _world.Queue.Verify(q => q.Enqueue(It.IsAny<Guid>()), Times.Never);
    }

    [Fact]
    public async Task Handle_WhenACancelledJobWasAbandoned_EndsItAsCancelled()
    {
        var id = await _world.AddJobAsync(j =>
        {
            Claimed()(j);
            j.RequestCancellation(Now);
        });
        await _world.PassAsync(2 * Lease);

        await _world.SendAsync(new ReconcileJobs());

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
    }

    [Fact]
    public async Task Handle_WhenNobodyElseCanBeAtWork_TakesBackWhatSeemsToRun()
    {
        var id = await _world.AddJobAsync(Claimed());

        await _world.SendAsync(new ReconcileJobs());
        Assert.Equal(JobStatus.Running, (await _world.JobAsync(id)).Status);
        await _world.SendAsync(new ReconcileJobs(OnlyProcess: true));

        Assert.Equal((JobStatus.Queued, 1, null), await StateAsync(id));
    }

    [Fact]
    public async Task Handle_WhileAWakeUpWaits_AnnouncesOnlyTheJobsWithoutOne()
    {
        var (announced, lost) = (await _world.AddJobAsync(), await _world.AddJobAsync());
        _world.Queue.Setup(q => q.Announced()).Returns(new HashSet<Guid> { announced });

        await _world.SendAsync(new ReconcileJobs());

        _world.Queue.Verify(q => q.Enqueue(announced), Times.Never);
        _world.Queue.Verify(q => q.Enqueue(lost), Times.Once);
    }

    [Fact]
    public async Task Handle_WithSeveralQueued_AnnouncesThemInTheirOrder()
    {
        var announced = new List<Guid>();
        _world.Queue.Setup(q => q.Enqueue(It.IsAny<Guid>())).Callback(announced.Add);
        Guid[] jobs = [await _world.AddJobAsync(), await _world.AddJobAsync(), await _world.AddJobAsync()];

        await _world.SendAsync(new ReconcileJobs());

        Assert.Equal(jobs, announced);
    }

    [Fact]
    public async Task Handle_WithWorkingFoldersOfEndedAndUnknownJobs_RemovesThemAlone()
    {
        var (queued, running) = (await _world.AddJobAsync(), await _world.AddJobAsync(Claimed()));
        var (ended, unknown) = (await _world.AddJobAsync(j => j.RequestCancellation(Now)), Guid.NewGuid());
        _world.Trainer.Folders.AddRange([queued, running, ended, unknown]);

        await _world.SendAsync(new ReconcileJobs());

        Assert.Equal([ended, unknown], _world.Trainer.Swept);
    }

    [Fact]
    public async Task Handle_WithVersionFoldersThatNoRowKnows_RemovesThemAlone()
    {
        _world.Trainer.Answers(World.Completed());
        var done = await _world.AddJobAsync();
        await _world.SendAsync(new RunTraining(done));
        var (queued, running) = (await _world.AddJobAsync(), await _world.AddJobAsync(Claimed()));
        _world.Artifacts.Folders.AddRange(
        [
            ("v20251111_153045", done), ("v20251111_153045_2", done), ("v20251111_160000", queued), ("v20251111_160001", running),
            ("v20251111_160002", Guid.NewGuid()), ("v20251111_160003", (Guid?)null),
        ]);

        await _world.SendAsync(new ReconcileJobs());

        Assert.Equal(
            ["v20251111_153045_2", "v20251111_160000", "v20251111_160002", "v20251111_160003"],
            _world.Artifacts.Deleted);
    }

    [Fact]
    public async Task Handle_WithADatasetFileThatNoRowKnows_RemovesItOnceItIsSettled()
    {
        var file = Path.Combine(_world.Datasets, "77-orphan.csv");
        await File.WriteAllTextAsync(file, "x");

        await _world.SendAsync(new ReconcileJobs());
        Assert.True(File.Exists(file));
        await _world.PassAsync(TimeSpan.FromMinutes(2));
        await _world.SendAsync(new ReconcileJobs());

        Assert.False(File.Exists(file));
    }

    private DateTime Now => _world.Time.GetUtcNow().UtcDateTime;

    private Action<TrainingJob> Claimed() => job => Assert.True(job.TryClaim(Guid.NewGuid(), Now, Lease));

    private async Task<(JobStatus Status, int Attempt, string? Error)> StateAsync(Guid id)
    {
        var job = await _world.JobAsync(id);
        return (job.Status, job.Attempt, job.ErrorCode);
    }
}
