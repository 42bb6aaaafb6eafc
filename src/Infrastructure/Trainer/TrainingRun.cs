using System.Diagnostics;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>A training under way: the network's session, the course of the losses and the time that all attempts took.</summary>
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

    /// <summary>Epochs that are done.</summary>
    public int Epoch { get; private set; }

    public TrainingHistory History { get; }

    /// <summary>Seconds of training, over all attempts.</summary>
    public double ElapsedSeconds => _elapsedBefore + _clock.Elapsed.TotalSeconds;

    public void StartClock() => _clock.Start();

    public void StopClock() => _clock.Stop();

    public void TrainEpoch(CancellationToken cancel)
    {
        History.Add(Session.TrainEpoch(Epoch + 1, cancel));
        Epoch++;
    }

    /// <summary>Between two epochs only.</summary>
    public Checkpoint ToCheckpoint(string fingerprint) => new(Epoch, ElapsedSeconds, History.Points, fingerprint, Session.Snapshot());

    public void Dispose() => Session.Dispose();
}
