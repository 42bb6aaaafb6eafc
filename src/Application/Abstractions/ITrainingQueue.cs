namespace ModelOps.Application.Abstractions;

/// <summary>Wakes a worker for a job. The job's row is the queue of record; a lost wake-up is found by the reconciler.</summary>
public interface ITrainingQueue
{
    void Enqueue(Guid jobId);

    /// <summary>Whether no wake-up waits for a worker.</summary>
    bool IsEmpty();
}
