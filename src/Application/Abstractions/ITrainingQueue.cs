namespace ModelOps.Application.Abstractions;

/// <summary>Wakes a worker for a job. The job's row is the queue of record; a lost wake-up is found by the reconciler.</summary>
public interface ITrainingQueue
{
    /// <summary>A wake-up that can't be given now isn't an error: the reconciler gives it later.</summary>
    void Enqueue(Guid jobId);

    /// <summary>The jobs whose wake-up waits for a worker; of very many the first ones.</summary>
    IReadOnlySet<Guid> Announced();
}
