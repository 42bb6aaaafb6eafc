using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.TestSupport;

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
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        var version = await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync());
        Assert.Equal((JobStatus.Succeeded, 1, "v20251111_153045"), (job.Status, job.Attempt, job.VersionName));
        Assert.Equal((id, job.VersionName, "database"), (version.JobId, version.Name, version.DataSource));
        Assert.Equal(version.Metrics, job.Metrics);
        Assert.Equal((100, version.Specification.DataSha256), (job.DataRows, job.DataSha256));
        Assert.Equal([id], _world.Trainer.Completed);
        Assert.Empty(_world.Artifacts.Deleted);
    }

    [Theory]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public async Task Handle_WhenTheClockIsSetMeanwhile_MeasuresTheTimeThatWentBy(int seconds)
    {
        _world.Trainer.Answers(_ =>
        {
            _world.Time.Shift += TimeSpan.FromSeconds(30);
            _world.Time.Set += TimeSpan.FromSeconds(seconds);
            return Task.FromResult<TrainingOutcome>(World.Completed());
        });
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.SendAsync(new GetJob(id));
        Assert.InRange(job.ElapsedSeconds, 30, 60);
        Assert.True(job.CreatedAt <= job.StartedAt && job.StartedAt <= job.FinishedAt, job.ToString());
    }

    [Theory]
    [InlineData('b', true)]
    [InlineData('e', false)]
    public async Task Handle_WhenAVersionIsMadeAgain_SaysWhetherTheWeightsAreEqual(char weights, bool equal)
    {
        var (version, completed) = (await PublishAsync(), World.Completed());
        _world.Trainer.Answers(completed with
        {
            Result = completed.Result with { Summary = completed.Result.Summary with { WeightsSha256 = new string(weights, 64) } },
        });
        var again = await _world.SendAsync(new ReproduceVersion(version.Name));

        await RunAsync(again.JobId);

        var job = await _world.JobAsync(again.JobId);
        Assert.Equal((JobStatus.Succeeded, null), (job.Status, job.VersionName));
        Assert.Equal(new Reproduction(version.Name, new string(weights, 64), equal), job.Reproduction);
        var (specification, rows, records) = _world.Trainer.Prepared[^1];
        Assert.Equal(version.Specification with { JobId = again.JobId }, specification);
        Assert.Equal(_world.StoredRows.ToHashSet(), rows.Select(r => r.Row).ToHashSet());
        Assert.Null(records);
        Assert.Equal([version.Name], await _world.VersionNamesAsync());
        Assert.Equal(1, _world.Artifacts.Published);
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
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();
        var prepared = new TrainingSpecification(id, "mlp-bn", new TrainingParameters(Epochs: 10), new string('0', 64),
            new string('d', 64));
        _world.Trainer.Left = prepared;

        await RunAsync(id);

        Assert.Equal(prepared, (await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync())).Specification);
        Assert.Empty(_world.Trainer.Prepared);
    }

    [Fact]
    public async Task Handle_WhenAnotherWorkerHoldsTheJob_DoesNothing()
    {
        var id = await _world.AddJobAsync(j => j.TryClaim(Guid.NewGuid(), Now, Lease));
        var before = await _world.JobAsync(id);

        await RunAsync(id);

        Assert.Equal((before.RowVersion, before.Claim), ((await _world.JobAsync(id)).RowVersion, (await _world.JobAsync(id)).Claim));
        Assert.Equal(0, _world.Trainer.Calls);
    }

    [Fact]
    public async Task Handle_WhenTheJobHasEndedOrIsUnknown_DoesNothing()
    {
        var id = await _world.AddJobAsync(j => j.RequestCancellation(Now));

        await RunAsync(id);
        await RunAsync(Guid.NewGuid());

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
        Assert.Equal(0, _world.Trainer.Calls);
    }

    [Fact]
    public async Task Handle_FromManyWorkersAtOnce_TrainsOnce()
    {
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RunAsync(id))));

        Assert.Equal((JobStatus.Succeeded, 1), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Attempt));
        Assert.Single(await _world.VersionNamesAsync());
        Assert.Equal(1, _world.Trainer.Calls);
    }

    [Fact]
    public async Task Handle_WhenTheTrainerCrashesThreeTimes_FailsTheJob()
    {
        _world.Trainer.Answers(new TrainingOutcome.Crashed(139));
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, "worker_crashed", 3), (job.Status, job.ErrorCode, job.Attempt));
        Assert.Equal(3, _world.Trainer.Calls);
        Assert.Equal([id], _world.Trainer.Completed);
    }

    [Fact]
    public async Task Handle_WhenTheTrainerCrashesOnce_GoesOnAndCountsIt()
    {
        _world.Trainer.Answers(new TrainingOutcome.Crashed(139), World.Completed());
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Succeeded, 2), (job.Status, job.Attempt));
        Assert.Single(await _world.VersionNamesAsync());
    }

    [Fact]
    public async Task Handle_WhenTheTrainerRefuses_FailsTheJobWithItsReason()
    {
        _world.Trainer.Answers(new TrainingOutcome.Refused("training_diverged", Sentence.Plain("Lower the rate.")));
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, "training_diverged", "Lower the rate.", 1),
            (job.Status, job.ErrorCode, job.ErrorDetail?.ToString(), job.Attempt));
    }

    [Fact]
    public async Task Handle_WhenTheDatasetIsGone_FailsTheJob()
    {
        var id = await _world.AddJobAsync(purpose: new JobPurpose.Retraining(new DataSelection.Dataset("gone.csv")));

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, "dataset_not_found"), (job.Status, job.ErrorCode));
        Assert.Equal(0, _world.Trainer.Calls);
    }

    /// <summary>A job finds its dataset by the id, and never takes another one that has the name meanwhile.</summary>
    [Fact]
    public async Task Handle_WhenTheDatasetWasRenamedOrReplaced_TrainsOnTheChosenOneOrFails()
    {
        var chosen = await UploadAsync("a.csv", seed: 3);
        var selection = new DataSelection.Dataset("a.csv", chosen.Id);
        var job = await _world.AddJobAsync(purpose: new JobPurpose.Retraining(selection));
        await _world.SendAsync(new ChangeDataset("a.csv", "b.csv", null));
        await UploadAsync("a.csv", seed: 4);
        _world.Trainer.Answers(World.Completed());

        await RunAsync(job);

        var done = await _world.JobAsync(job);
        Assert.Equal((JobStatus.Succeeded, chosen.Sha256), (done.Status, done.DataSha256));
        Assert.Equal("dataset:a.csv", (await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync())).DataSource);

        var late = await _world.AddJobAsync(purpose: new JobPurpose.Retraining(selection));
        await _world.SendAsync(new DeleteDataset("b.csv"));
        await RunAsync(late);
        Assert.Equal("dataset_not_found", (await _world.JobAsync(late)).ErrorCode);
    }

    /// <summary>A job of an earlier release knows the name only.</summary>
    [Fact]
    public async Task Handle_WhenTheJobNamesNoId_FindsTheDatasetByItsName()
    {
        var chosen = await UploadAsync("a.csv", seed: 3);
        var job = await _world.AddJobAsync(purpose: new JobPurpose.Retraining(new DataSelection.Dataset("A.csv")));
        _world.Trainer.Answers(World.Completed());

        await RunAsync(job);

        Assert.Equal(chosen.Sha256, (await _world.JobAsync(job)).DataSha256);
    }

    [Theory]
    [InlineData("full", "insufficient_storage")]
    [InlineData("quota", "insufficient_storage")]
    [InlineData("rights", "storage_unavailable")]
    public async Task Handle_WhenTheFolderCannotBeWritten_FailsTheJob(string failure, string code)
    {
        const int QuotaExceeded = 122;
        var id = await _world.AddJobAsync();
        _world.Trainer.Failure = failure switch
        {
            "full" => StorageRefusals.Full(),
            "quota" => new IOException("Disk quota exceeded : '/a/path'", QuotaExceeded),
            _ => new UnauthorizedAccessException("/a/path"),
        };

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Failed, code), (job.Status, job.ErrorCode));
        Assert.DoesNotContain("/a/path", job.ErrorDetail!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_WhenTheVersionCannotBePublished_FailsTheJob()
    {
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();
        _world.Artifacts.OnPublish = () => throw StorageRefusals.Full();

        await RunAsync(id);

        Assert.Equal("insufficient_storage", (await _world.JobAsync(id)).ErrorCode);
        Assert.Empty(await _world.VersionNamesAsync());
    }

    [Fact]
    public async Task Handle_WhenTheWorkerStops_HandsTheJobBackWithItsAttempt()
    {
        using var stop = new CancellationTokenSource();
        var training = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Trainer.Answers(call =>
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
        Assert.Empty(_world.Trainer.Completed);
    }

    [Fact]
    public async Task Handle_WhileTheTrainingRuns_CarriesItsProgressToTheRow()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Trainer.Answers(async call =>
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
        _world.Trainer.Answers(async call =>
        {
            Assert.Equal(JobStatus.Cancelling, (await _world.SendAsync(new CancelJob(id))).Status);
            return await call.UntilToldAsync();
        });

        await RunAsync(id);

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
        Assert.Empty(await _world.VersionNamesAsync());
        Assert.Equal([id], _world.Trainer.Completed);
    }

    [Fact]
    public async Task Handle_WhenTheTrainingCompletesAlthoughCancelled_MakesNoVersion()
    {
        var id = await _world.AddJobAsync();
        _world.Trainer.Answers(async _ =>
        {
            await _world.SendAsync(new CancelJob(id));
            return World.Completed();
        });

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Cancelled, null), (job.Status, job.VersionName));
        Assert.Empty(await _world.VersionNamesAsync());
        Assert.Equal(["v20251111_153045"], _world.Artifacts.Deleted);
    }

    [Fact]
    public async Task Handle_WhenCancelledBetweenFilesAndRow_MakesNoVersion()
    {
        var id = await _world.AddJobAsync();
        _world.Trainer.Answers(World.Completed());
        _world.Artifacts.OnPublish = () => _world.SendAsync(new CancelJob(id)).GetAwaiter().GetResult();

        await RunAsync(id);

        Assert.Equal(JobStatus.Cancelled, (await _world.JobAsync(id)).Status);
        Assert.Empty(await _world.VersionNamesAsync());
        Assert.Equal(["v20251111_153045"], _world.Artifacts.Deleted);
    }

    [Fact]
    public async Task Handle_WhenTheTrainingIsRefusedAlthoughCancelled_EndsTheJobAsCancelled()
    {
        var id = await _world.AddJobAsync();
        _world.Trainer.Answers(async _ =>
        {
            await _world.SendAsync(new CancelJob(id));
            return new TrainingOutcome.Refused("training_diverged", Sentence.Plain("x"));
        });

        await RunAsync(id);

        Assert.Equal((JobStatus.Cancelled, null), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).ErrorCode));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task Handle_WhenTheCommitsAnswerIsLost_KeepsTheOneVersion(string kind)
    {
        _world.Trainer.Answers(World.Completed());
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
        Assert.Empty(_world.Artifacts.Deleted);
    }

    [Fact]
    public async Task Handle_WhenTheClaimIsLostBeforePublishing_ChangesNothingAndTakesItsFolderAway()
    {
        var id = await _world.AddJobAsync();
        var other = Guid.NewGuid();
        _world.Trainer.Answers(async _ =>
        {
            await _world.ChangeJobAsync(id, j => Assert.True(j.TryClaim(other, Now.AddHours(1), Lease)));
            return World.Completed();
        });

        await RunAsync(id);

        var job = await _world.JobAsync(id);
        Assert.Equal((JobStatus.Running, other, 2), (job.Status, job.Claim, job.Attempt));
        Assert.Empty(await _world.VersionNamesAsync());
        Assert.Equal(["v20251111_153045"], _world.Artifacts.Deleted);
        Assert.Empty(_world.Trainer.Completed);
    }

    [Fact]
    public async Task Handle_WhenAHeartbeatFindsTheClaimLost_EndsTheTrainerAndChangesNothing()
    {
        var id = await _world.AddJobAsync();
        var other = Guid.NewGuid();
        TrainingOutcome? ended = null;
        _world.Trainer.Answers(async call =>
        {
            await _world.ChangeJobAsync(id, j => Assert.True(j.TryClaim(other, Now.AddHours(1), Lease)));
            return ended = await call.UntilToldAsync();
        });

        await RunAsync(id);

        Assert.IsType<TrainingOutcome.Cancelled>(ended);
        Assert.Equal((JobStatus.Running, other), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Claim));
    }

    [Fact]
    public async Task Handle_OnTheDatabase_TrainsOnItsRecordsAlone()
    {
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var (specification, rows, records) = Assert.Single(_world.Trainer.Prepared);
        var expected = new RowsInMemory([.. SampleGenerator.Generate(100, seed: 1)], new SplitKey(new byte[SplitKey.Bytes]));
        Assert.Equal(expected.Read(), rows);
        Assert.Null(records);
        Assert.Equal((expected.Header.Sha256, "mlp-bn"), (specification.DataSha256, specification.Architecture));
        Assert.Equal((100, expected.Header.Sha256), ((await _world.JobAsync(id)).DataRows, (await _world.JobAsync(id)).DataSha256));
    }

    [Fact]
    public async Task Handle_WhileNoVersionIsInService_NamesNoBaseline()
    {
        await PublishAsync();

        Assert.Equal([(null, 0)], _world.Trainer.Baselines);
    }

    [Fact]
    public async Task Handle_WhenAVersionIsPutInServiceMeanwhile_NamesItToTheTrainer()
    {
        var version = await PublishAsync();
        var named = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Trainer.Answers(async _ =>
        {
            await PutInServiceAsync(version.Id);
            await named.Task;
            return World.Completed();
        });
        var running = RunAsync(await _world.AddJobAsync());
        while (!running.IsCompleted && _world.Trainer.Baselines[^1].Baseline is null)
        {
            await Task.Yield();
        }

        named.SetResult();
        await running;

        Assert.Equal([(null, 0), (null, 0), (version.Name, 0)], _world.Trainer.Baselines);
    }

    [Fact]
    public async Task Handle_WhenTheBaselineCannotBeNamed_SucceedsWithoutAComparison()
    {
        _world.Trainer.BaselineFailure = StorageRefusals.Full();
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        Assert.Equal((JobStatus.Succeeded, null), ((await _world.JobAsync(id)).Status, (await _world.JobAsync(id)).Comparison));
    }

    [Fact]
    public async Task Handle_WhenTheTrainerCompared_KeepsTheComparisonWithTheJob()
    {
        var completed = World.Completed();
        var tally = new ComparisonTally();
        tally.Add(DiabetesClass.Negative, new PatientFeatures(5, 40, 22, Gender.F), [0.8, 0.1, 0.1], [0.7, 0.2, 0.1]);
        var result = tally.Complete(seed: 1, resamples: 10);
        _world.Trainer.Answers(completed with { Result =
            completed.Result with { Comparison = new BaselineComparison("v20240101_000000", result) } });
        var id = await _world.AddJobAsync();

        await RunAsync(id);

        var comparison = (await _world.JobAsync(id)).Comparison;
        Assert.NotNull(comparison);
        Assert.Equal(("v20240101_000000", "v20251111_153045", 1), (comparison.Baseline, comparison.Candidate, comparison.Result.Rows));
    }

    private DateTime Now => _world.Time.GetUtcNow().UtcDateTime;

    private async Task<ModelVersion> PublishAsync()
    {
        _world.Trainer.Answers(World.Completed());
        await RunAsync(await _world.AddJobAsync());
        return await _world.UseAsync(db => db.Versions.AsNoTracking().SingleAsync());
    }

    /// <summary>Behind the back of the use case, which would load files that a fake store doesn't have.</summary>
    private Task<int> PutInServiceAsync(long versionId) => _world.UseAsync(async db =>
    {
        var version = await db.Versions.SingleAsync(v => v.Id == versionId);
        var activation = Activation.Forward(null, version.Name, "ann", null, ActivationKind.Activate, Now);
        db.Activations.Add(activation);
        db.ActiveModels.Add(ActiveModel.First(version, activation));
        return await db.SaveChangesAsync(default);
    });

    [Fact]
    public async Task Training_WhenTheDatabaseBesideADatasetHasTooFewRecords_IsRefusedWithTheDatasetAndTheSetting()
    {
        await UploadAsync("clinic.csv", seed: 3);
        var job = await _world.SendAsync(new RetrainModel { DatasetName = "clinic.csv" });
        await _world.UseAsync(async db => await db.Records.ExecuteDeleteAsync() + await db.RecordCounts.ExecuteDeleteAsync());

        await RunAsync(job.JobId);
        var refused = await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new RetrainModel { DatasetName = "clinic.csv" }));

        Assert.Equal("not_enough_records", refused.Code);
        Assert.Contains("clinic.csv", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("set use_database to false.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Sentence.Of(refused.Detail), (await _world.JobAsync(job.JobId)).ErrorDetail);
    }

    /// <returns>The dataset's id, and the fingerprint of its rows.</returns>
    private async Task<(long Id, string Sha256)> UploadAsync(string name, int seed)
    {
        using var csv = new MemoryStream();
        Infrastructure.Csv.SampleCsv.Write(csv, 40, seed);
        csv.Position = 0;
        await _world.SendAsync(new UploadDataset(name, csv, () => new UploadForm(CsvOptions.Default)));
        return await _world.UseAsync(async db => (
            await db.Datasets.Where(d => d.Name == name).Select(d => d.Id).SingleAsync(),
            CanonicalRow.Fingerprint([.. SampleGenerator.Generate(40, seed)])));
    }

    private Task<MediatR.Unit> RunAsync(Guid id, CancellationToken stop = default) => _world.SendAsync(new RunTraining(id), stop);
}
