namespace ModelOps.Application.Abstractions;

/// <summary>Wakes a worker for a job. The job's database row is authoritative; the reconciler recovers a lost wake-up.</summary>
public interface ITrainingQueue
{
    /// <summary>Enqueues a wake-up. A failure to enqueue isn't an error: the reconciler enqueues the wake-up later.</summary>
    void Enqueue(Guid jobId);

    /// <summary>The jobs whose wake-up is waiting for a worker. A long queue is truncated.</summary>
    IReadOnlySet<Guid> Announced();
}
