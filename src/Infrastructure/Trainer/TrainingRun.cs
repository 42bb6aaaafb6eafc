using System.Diagnostics;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>A running training: the network's session, the history of the losses and the training time of all attempts.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly double _elapsedBefore;
    private readonly Stopwatch _clock = new();

    public TrainingRun(INetwork network, TrainingSpecification specification, TrainingRows rows, Checkpoint? checkpoint)
    {
        Session = network.Begin(specification, rows, checkpoint?.Session);
        History = checkpoint is null ? new TrainingHistory() : new TrainingHistory(checkpoint.History);
        Epoch = checkpoint?.Epoch ?? 0;
        _elapsedBefore = checkpoint?.ElapsedSeconds ?? 0;
    }

    public ITrainingSession Session { get; }

    /// <summary>The number of completed epochs.</summary>
    public int Epoch { get; private set; }

    public TrainingHistory History { get; }

    /// <summary>The training time in seconds, summed over all attempts.</summary>
    public double ElapsedSeconds => _elapsedBefore + _clock.Elapsed.TotalSeconds;

    public void StartClock() => _clock.Start();

    public void StopClock() => _clock.Stop();

    public void TrainEpoch(CancellationToken cancel)
    {
        History.Add(Session.TrainEpoch(Epoch + 1, cancel));
        Epoch++;
    }

    /// <summary>Creates a checkpoint. May be called only between two epochs.</summary>
    public Checkpoint ToCheckpoint(string fingerprint) => new(Epoch, ElapsedSeconds, History.Points, fingerprint, Session.Snapshot());

    public void Dispose() => Session.Dispose();
}
