using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.TestSupport;
using Moq;

namespace ModelOps.Application.Tests.Training;

public sealed class RunTrainingOnSqliteTests() : RunTrainingTests(Provider.Sqlite);

public sealed class RunTrainingOnPostgreSqlTests() : RunTrainingTests(Provider.PostgreSql);

public abstract class RunTrainingTests(Provider provider) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly World _world = new(provider);

    public static TheoryData<string> LostAnswers { get; } = new("timeout", "database", "retries");

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Handle_WhenTheTrainingCompletes_MakesOneVersion()
    {
        _world.TrainerAnswers(World.Completed());
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        var version = await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync());
        Assert.Equal((JobStatus.Succeeded, 1, "v20251111_153045"), (job.Status, job.Attempt, job.VersionName));
        Assert.Equal((id, job.VersionName, "database"), (version.JobId, version.Name, version.DataSource));
        Assert.Equal(version.Metrics, job.Metrics);
        Assert.Equal((100, version.Specification.DataSha256), (job.DataRows, job.DataSha256));
        _world.Artifacts.Verify(a => a.DeleteWorkingFolders(id, null), Times.Once);
        _world.Artifacts.Verify(a => a.DeleteVersion(It.IsAny<string>()), Times.Never);
    }

    [Theory]
    [InlineData('b', true)]
    [InlineData('e', false)]
    public async Task Handle_WhenAVersionIsMadeAgain_SaysWhetherTheWeightsAreEqual(char weights, bool equal)
    {
        var (version, completed) = (await PublishAsync(), World.Completed());
        _world.TrainerAnswers(completed with { Summary = completed.Summary with { WeightsSha256 = new string(weights, 64) } });
        TrainingSpecification? prepared = null;
        IReadOnlyList<LabelledExample>? rows = null;
        _world.Trainer.Setup(t => t.Prepare(It.IsAny<string>(), It.IsAny<TrainingSpecification>(), It.IsAny<IReadOnlyList<LabelledExample>>()))
            .Callback((string _, TrainingSpecification s, IReadOnlyList<LabelledExample> r) => (prepared, rows) = (s, r));
        var again = await _world.SendAsync(new ReproduceVersion(version.Name));

        await RunAsync(again.JobId);

        var job = await _world.JobAsync(again.JobId);
        Assert.Equal((JobStatus.Succeeded, null), (job.Status, job.VersionName));
        Assert.Equal(new Reproduction(version.Name, new string(weights, 64), equal), job.Reproduction);
        Assert.Equal(version.Specification with { JobId = again.JobId }, prepared);
        Assert.Equal(_world.StoredRows, rows);
        Assert.Equal([version.Name], await _world.VersionNamesAsync());
        _world.Artifacts.Verify(a => a.Publish(It.IsAny<string>(), It.IsAny<DateTime>(), It.IsAny<Func<string, DateTime, VersionMetadata>>()), Times.Once);
    }

    [Fact]
    public async Task Handle_WhenTheVersionToMakeAgainIsDeletedMeanwhile_FailsTheJob()
    {
        var version = await PublishAsync();
        var again = await _world.SendAsync(new ReproduceVersion(version.Name));
        await _world.SendAsync(new DeleteVersion(version.Name));

        await RunAsync(again.JobId);

        var job = await _world.JobAsync(again.JobId);
        Assert.Equal((JobStatus.Failed, "version_not_found", null), (job.Status, job.ErrorCode, job.Reproduction));
    }

    [Fact]
    public async Task Handle_WhenTheFolderWasPreparedBefore_TakesItUp()
    {
        _world.TrainerAnswers(World.Completed());
        var id = await _world.AddJobAsync();
        var prepared = new TrainingSpecification(id, "mlp-bn", new TrainingParameters(Epochs: 10), new string('0', 64), new string('d', 64));
        _world.Trainer.Setup(t => t.TakeUp(It.IsAny<string>(), It.IsAny<IReadOnlyList<string>>())).Returns(prepared);

        await RunAsync(id);

        Assert.Equal(prepared, (await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync())).Specification);
        _world.Trainer.Verify(
            t => t.Prepare(It.IsAny<string>(), It.IsAny<TrainingSpecification>(), It.IsAny<IReadOnlyList<LabelledExample>>()), Times.Never);
    }

    [Fact]
    public async Task Handle_WhenAnotherWorkerHoldsTheJob_DoesNothing()
    {
        var id = await _world.AddJobAsync(j => j.TryClaim(Guid.NewGuid(), Now, Lease));
        var before = await _world.JobAsync(id);

        await RunAsync(id);

        Assert.Equal((before.RowVersion, before.Claim), ((await _world.JobAsync(id)).RowVersion, (await _world.JobAsync(id)).Claim));
        _world.VerifyTrainerCalls(0);
    }

    [Fact]
    public async Task Handle_WhenTheJobHasEndedOrIsUnknown_DoesNothing()
    {
        var id = await _world.AddJobAsync(j => j.RequestCancellation(Now));

        await RunAsync(id);
        await RunAsync(Guid.NewGuid());

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
        _world.VerifyTrainerCalls(0);
    }

    [Fact]
    public async Task Handle_FromManyWorkersAtOnce_TrainsOnce()
    {
        _world.TrainerAnswers(World.Completed());
        var id = await _world.AddJobAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RunAsync(id))));

        Assert.Equal((JobStatus.Succeeded, 1), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Attempt));
        Assert.Single(await _world.VersionNamesAsync());
        _world.VerifyTrainerCalls(1);
    }

    [Fact]
    public async Task Handle_WhenTheTrainerCrashesThreeTimes_FailsTheJob()
    {
        _world.TrainerAnswers(new TrainingOutcome.Crashed(139));
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, "worker_crashed", 3), (job.Status, job.ErrorCode, job.Attempt));
        _world.VerifyTrainerCalls(3);
        _world.Artifacts.Verify(a => a.DeleteWorkingFolders(id, null), Times.Once);
    }

    [Fact]
    public async Task Handle_WhenTheTrainerCrashesOnce_GoesOnAndCountsIt()
    {
        _world.TrainerAnswers(new TrainingOutcome.Crashed(139), World.Completed());
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Succeeded, 2), (job.Status, job.Attempt));
        Assert.Single(await _world.VersionNamesAsync());
    }

    [Fact]
    public async Task Handle_WhenTheTrainerRefuses_FailsTheJobWithItsReason()
    {
        _world.TrainerAnswers(new TrainingOutcome.Refused("training_diverged", "Lower the rate."));
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, "training_diverged", "Lower the rate.", 1), (job.Status, job.ErrorCode, job.ErrorDetail, job.Attempt));
    }

    [Fact]
    public async Task Handle_WhenTheDatasetIsGone_FailsTheJob()
    {
        var id = await _world.AddJobAsync(data: new DataSelection(false, "gone.csv"));

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, "dataset_not_found"), (job.Status, job.ErrorCode));
        _world.VerifyTrainerCalls(0);
    }

    [Theory]
    [InlineData(true, "insufficient_storage")]
    [InlineData(false, "storage_unavailable")]
    public async Task Handle_WhenTheFolderCannotBeWritten_FailsTheJob(bool full, string code)
    {
        var id = await _world.AddJobAsync();
        _world.Trainer.Setup(t => t.Prepare(It.IsAny<string>(), It.IsAny<TrainingSpecification>(), It.IsAny<IReadOnlyList<LabelledExample>>()))
            .Throws(full ? StorageRefusals.Full() : new UnauthorizedAccessException("/a/path"));

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, code), (job.Status, job.ErrorCode));
        Assert.DoesNotContain("/a/path", job.ErrorDetail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_WhenTheVersionCannotBePublished_FailsTheJob()
    {
        _world.TrainerAnswers(World.Completed());
        var id = await _world.AddJobAsync();
        _world.Artifacts.Setup(a => a.Publish(It.IsAny<string>(), It.IsAny<DateTime>(), It.IsAny<Func<string, DateTime, VersionMetadata>>()))
            .Throws(StorageRefusals.Full());

        await RunAsync(id);

        Assert.Equal("insufficient_storage", (await _world.JobAsync(id)).ErrorCode);
        Assert.Empty(await _world.VersionNamesAsync());
    }

    [Fact]
    public async Task Handle_WhenTheWorkerStops_HandsTheJobBackWithItsAttempt()
    {
        using var stop = new CancellationTokenSource();
        var training = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.TrainerAnswers(call =>
        {
            training.SetResult();
            return call.UntilToldAsync();
        });
        var id = await _world.AddJobAsync();
        var running = RunAsync(id, stop.Token);
        await training.Task;
        Assert.Equal((JobStatus.Running, 1), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Attempt));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Queued, 0, null), (job.Status, job.Attempt, job.Claim));
        _world.Artifacts.Verify(a => a.DeleteWorkingFolders(It.IsAny<Guid>(), null), Times.Never);
    }

    [Fact]
    public async Task Handle_WhileTheTrainingRuns_CarriesItsProgressToTheRow()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.TrainerAnswers(async call =>
        {
            call.Report(new TrainingProgress(4, 10, 0.25, 8, [new EpochPoint(4, 0.25, null, null)]));
            await seen.Task;
            return World.Completed();
        });
        var id = await _world.AddJobAsync();
        var running = RunAsync(id);

        await foreach (var job in _world.Services.GetRequiredService<JobWatcher>().FollowAsync(id, default))
        {
            if (job.Epoch == 4)
            {
                Assert.Equal((0.25, 12, 1), (job.Loss, job.EtaSeconds, job.History!.Count));
                seen.SetResult();
                break;
            }
        }

        await running;
        Assert.Equal((JobStatus.Succeeded, 10), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Epoch));
    }

    [Fact]
    public async Task Handle_WhenCancelledWhileItRuns_EndsTheJobAsCancelled()
    {
        var id = await _world.AddJobAsync();
        _world.TrainerAnswers(async call =>
        {
            Assert.Equal(JobStatus.Cancelling, (await _world.SendAsync(new CancelJob(id))).Status);
            return await call.UntilToldAsync();
        });

        await RunAsync(id);

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
        Assert.Empty(await _world.VersionNamesAsync());
        _world.Artifacts.Verify(a => a.DeleteWorkingFolders(id, null), Times.Once);
    }

    [Fact]
    public async Task Handle_WhenTheTrainingCompletesAlthoughCancelled_MakesNoVersion()
    {
        var id = await _world.AddJobAsync();
        _world.TrainerAnswers(async _ =>
        {
            await _world.SendAsync(new CancelJob(id));
            return World.Completed();
        });

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Cancelled, null), (job.Status, job.VersionName));
        Assert.Empty(await _world.VersionNamesAsync());
        _world.Artifacts.Verify(a => a.DeleteVersion("v20251111_153045"), Times.Once);
    }

    [Fact]
    public async Task Handle_WhenCancelledBetweenFilesAndRow_MakesNoVersion()
    {
        var id = await _world.AddJobAsync();
        _world.TrainerAnswers(World.Completed());
        _world.Artifacts.Setup(a => a.Publish(It.IsAny<string>(), It.IsAny<DateTime>(), It.IsAny<Func<string, DateTime, VersionMetadata>>()))
            .Returns(() =>
            {
                _world.SendAsync(new CancelJob(id)).GetAwaiter().GetResult();
                return new PublishedArtifact("v20251111_153045", World.Created, []);
            });

        await RunAsync(id);

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
        Assert.Empty(await _world.VersionNamesAsync());
        _world.Artifacts.Verify(a => a.DeleteVersion("v20251111_153045"), Times.Once);
    }

    [Fact]
    public async Task Handle_WhenTheTrainingIsRefusedAlthoughCancelled_EndsTheJobAsCancelled()
    {
        var id = await _world.AddJobAsync();
        _world.TrainerAnswers(async _ =>
        {
            await _world.SendAsync(new CancelJob(id));
            return new TrainingOutcome.Refused("training_diverged", "x");
        });

        await RunAsync(id);

        Assert.Equal((JobStatus.Cancelled, null), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).ErrorCode));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task Handle_WhenTheCommitsAnswerIsLost_KeepsTheOneVersion(string kind)
    {
        _world.TrainerAnswers(World.Completed());
        _world.Faults.Enqueue(kind switch
        {
            "timeout" => new TimeoutException(),
            "database" => new DbUpdateException("the connection broke", new TimeoutException()),
            _ => new RetryLimitExceededException("tried often enough", new TimeoutException()),
        });
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        Assert.Empty(_world.Faults);
        Assert.Equal(JobStatus.Succeeded, (await _world.JobAsync(id)).Status);
        Assert.Equal(["v20251111_153045"], await _world.VersionNamesAsync());
        _world.Artifacts.Verify(a => a.DeleteVersion(It.IsAny<string>()), Times.Never);
    }

    [Fact]
    public async Task Handle_WhenTheClaimIsLostBeforePublishing_ChangesNothingAndTakesItsFolderAway()
    {
        var id = await _world.AddJobAsync();
        var other = Guid.NewGuid();
        _world.TrainerAnswers(async _ =>
        {
            await _world.ChangeJobAsync(id, j => Assert.True(j.TryClaim(other, Now.AddHours(1), Lease)));
            return World.Completed();
        });

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Running, other, 2), (job.Status, job.Claim, job.Attempt));
        Assert.Empty(await _world.VersionNamesAsync());
        _world.Artifacts.Verify(a => a.DeleteVersion("v20251111_153045"), Times.Once);
        _world.Artifacts.Verify(a => a.DeleteWorkingFolders(id, null), Times.Never);
    }

    [Fact]
    public async Task Handle_WhenAHeartbeatFindsTheClaimLost_EndsTheTrainerAndChangesNothing()
    {
        var id = await _world.AddJobAsync();
        var other = Guid.NewGuid();
        TrainingOutcome? ended = null;
        _world.TrainerAnswers(async call =>
        {
            await _world.ChangeJobAsync(id, j => Assert.True(j.TryClaim(other, Now.AddHours(1), Lease)));
            return ended = await call.UntilToldAsync();
        });

        await RunAsync(id);

        Assert.IsType<TrainingOutcome.Cancelled>(ended);
        Assert.Equal((JobStatus.Running, other), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Claim));
    }

    private DateTime Now => _world.Time.GetUtcNow().UtcDateTime;

    private async Task<ModelVersion> PublishAsync()
    {
        _world.TrainerAnswers(World.Completed());
        await RunAsync(await _world.AddJobAsync());
        return await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync());
    }

    private Task<MediatR.Unit> RunAsync(Guid id, CancellationToken stop = default) => _world.SendAsync(new RunTraining(id), stop);
}
