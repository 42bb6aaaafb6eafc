using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Training;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Training;

public sealed class AttemptsOnSqliteTests() : AttemptTests(Provider.Sqlite);

public sealed class AttemptsOnPostgreSqlTests() : AttemptTests(Provider.PostgreSql);

/// <summary>What is kept of the trainer's runs, and trainings that are started again.</summary>
public abstract class AttemptTests(Provider provider) : IAsyncLifetime
{
    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Run_ThatCrashesOnce_KeepsWhatBothAttemptsWrote()
    {
        _world.Trainer.Answers(
            new TrainingOutcome.Crashed(134) { Log = ["began", "a value of 7.31 and 1e5"] },
            World.Completed() with { Log = ["done"] });
        var id = await _world.AddJobAsync();

        await _world.SendAsync(new RunTraining(id));

        var attempts = await _world.SendAsync(new ListAttempts(id));
        Assert.Equal(
            [(AttemptEnd.Crashed, 134, "began\na value of # and 1e5"), (AttemptEnd.Completed, null, "done")],
            attempts.Select(a => (a.End!.Value, a.ExitCode, a.Log)));
        Assert.All(attempts, a => Assert.True(a.EndedAt >= a.StartedAt));
    }

    [Fact]
    public async Task Run_OfATrainerThatWritesMuch_KeepsTheEnd()
    {
        _world.Trainer.Answers(World.Completed() with { Log = [new string('a', 3_000), new string('b', 3_000)] });
        var id = await _world.AddJobAsync();

        await _world.SendAsync(new RunTraining(id));

        var log = Assert.Single(await _world.SendAsync(new ListAttempts(id))).Log;
        Assert.Equal((TrainingAttempt.MaxLog, 'b'), (log.Length, log[^1]));
    }

    [Fact]
    public async Task Remove_AfterItsTime_LeavesNothing()
    {
        _world.Trainer.Answers(World.Completed());
        var id = await _world.AddJobAsync();
        await _world.SendAsync(new RunTraining(id));

        await _world.SendAsync(new RemoveOldAttempts(TrainingAttempt.DefaultKeepDays));
        Assert.Single(await _world.SendAsync(new ListAttempts(id)));
        _world.Time.Shift += TimeSpan.FromDays(TrainingAttempt.DefaultKeepDays + 1);
        await _world.SendAsync(new RemoveOldAttempts(TrainingAttempt.DefaultKeepDays));

        Assert.Empty(await _world.SendAsync(new ListAttempts(id)));
    }

    [Fact]
    public async Task RemoveHistories_AfterTheirTime_LeavesTheJobsWithoutTheirEpochs()
    {
        _world.Trainer.Answers(World.Completed());
        var ended = await _world.AddJobAsync();
        await _world.SendAsync(new RunTraining(ended));
        var waiting = await _world.AddJobAsync();
        var before = await _world.SendAsync(new GetJob(ended));

        Assert.Equal(0, await _world.SendAsync(new RemoveOldJobHistories(365)));
        _world.Time.Shift += TimeSpan.FromDays(366);
        Assert.Equal(1, await _world.SendAsync(new RemoveOldJobHistories(365)));
        Assert.Equal(0, await _world.SendAsync(new RemoveOldJobHistories(365)));

        var after = await _world.SendAsync(new GetJob(ended));
        Assert.NotEmpty(before.History!);
        Assert.Empty(after.History!);
        Assert.NotEqual(before.Stamp, after.Stamp);
        Assert.Equal((before.Version, before.Status), (after.Version, after.Status));
        Assert.Equal(JobStatus.Queued, (await _world.JobAsync(waiting)).Status);
    }

    [Fact]
    public async Task Retry_OfAFailedTraining_QueuesItsSettingsAgain()
    {
        _world.Trainer.Answers(new TrainingOutcome.Refused("not_enough_classes", Sentence.Plain("One class.")));
        var id = await _world.AddJobAsync();
        await _world.SendAsync(new RunTraining(id));

        var again = await _world.SendAsync(new RetryJob(id));

        var (first, second) = (await _world.JobAsync(id), await _world.JobAsync(again.JobId));
        Assert.Equal((JobStatus.Failed, JobStatus.Queued), (first.Status, second.Status));
        Assert.Equal((first.Parameters, first.Architecture, first.Purpose), (second.Parameters, second.Architecture, second.Purpose));
        _world.Queue.Verify(q => q.Enqueue(again.JobId));
    }

    [Fact]
    public async Task Retry_OfATrainingThatWaits_IsRefused()
    {
        var id = await _world.AddJobAsync();

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new RetryJob(id)));

        Assert.Equal("nothing_to_retry", refusal.Code);
        Assert.Equal(1, await _world.UseAsync(db => db.Jobs.CountAsync()));
    }
}
