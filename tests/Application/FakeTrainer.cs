using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Tests;

/// <summary>Trains nothing: each call is answered by the next prepared outcome. Remembers what it was given.</summary>
public sealed class FakeTrainer : ITrainingWorkspaces
{
    private Func<TrainerCall, Task<TrainingOutcome>>[] _answers = [];
    private int _calls;

    /// <summary>What an earlier claim left; taken over by the next workspace.</summary>
    public TrainingSpecification? Left { get; set; }

    /// <summary>Thrown when a workspace is prepared.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Thrown when a workspace is told the version in service.</summary>
    public Exception? BaselineFailure { get; set; }

    public List<(TrainingSpecification Specification, CountedRow[] Rows, CountedRow[]? Records)> Prepared { get; } = [];

    /// <summary>The versions that the trainer was told to compare with, in turn.</summary>
    public List<(string? Baseline, int EarlierLooks)> Baselines { get; } = [];

    /// <summary>Jobs whose folders were deleted because they ended.</summary>
    public List<Guid> Completed { get; } = [];

    /// <summary>Jobs whose folders the sweep deleted.</summary>
    public List<Guid> Swept { get; } = [];

    /// <summary>Jobs that have folders.</summary>
    public List<Guid> Folders { get; } = [];

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The last answer stands for all calls that follow.</summary>
    public void Answers(params Func<TrainerCall, Task<TrainingOutcome>>[] answers) => _answers = answers;

    public void Answers(params TrainingOutcome[] answers) =>
        Answers([.. answers.Select(a => (Func<TrainerCall, Task<TrainingOutcome>>)(_ => Task.FromResult(a)))]);

    public ITrainingWorkspace Open(Guid jobId, Guid claim) => new Workspace(this, jobId);

    public void Delete(Guid jobId) => Swept.Add(jobId);

    public IReadOnlyList<Guid> ListJobs() => Folders;

    private sealed class Workspace(FakeTrainer trainer, Guid jobId) : ITrainingWorkspace
    {
        private bool _completed;

        public TrainingSpecification? TakeUp() => trainer.Left;

        public void Prepare(TrainingSpecification specification, IRows rows, IRows? records)
        {
            if (trainer.Failure is { } failure)
            {
                throw failure;
            }

            trainer.Prepared.Add((specification, [.. rows.Read()], records is null ? null : [.. records.Read()]));
        }

        public void SetBaseline(ModelVersion? baseline, int earlierLooks)
        {
            if (trainer.BaselineFailure is { } failure)
            {
                throw failure;
            }

            trainer.Baselines.Add((baseline?.Name, earlierLooks));
        }

        public Task<TrainingOutcome> TrainAsync(Action<TrainingProgress> onProgress, CancellationToken cancel, CancellationToken stop) =>
            trainer._answers[Math.Min(Interlocked.Increment(ref trainer._calls) - 1, trainer._answers.Length - 1)](
                new TrainerCall(onProgress, cancel, stop));

        public void Complete() => _completed = true;

        public void Dispose()
        {
            if (_completed)
            {
                trainer.Completed.Add(jobId);
            }
        }
    }
}

public sealed record TrainerCall(Action<TrainingProgress> Report, CancellationToken Cancel, CancellationToken Stop)
{
    /// <summary>Trains on until it is told to end.</summary>
    public async Task<TrainingOutcome> UntilToldAsync()
    {
        var told = new TaskCompletionSource<TrainingOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cancel = Cancel.Register(() => told.TrySetResult(new TrainingOutcome.Cancelled()));
        await using var stop = Stop.Register(() => told.TrySetResult(new TrainingOutcome.Stopped()));
        return await told.Task;
    }
}
