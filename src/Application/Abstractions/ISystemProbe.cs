namespace ModelOps.Application.Abstractions;

/// <summary>What this process sees of the machine, the database and the workers.</summary>
public interface ISystemProbe
{
    /// <summary>Never throws because of the database: an unreachable one is an answer.</summary>
    Task<DatabaseState> DatabaseAsync(CancellationToken cancellationToken);

    StorageState Storage();

    MemoryState Memory();

    /// <summary>The workers that gave a sign of life in the last minutes, and what they work on.</summary>
    IReadOnlyList<WorkerState> Workers();

    /// <summary>The latest errors in the log of this process, the latest first.</summary>
    IReadOnlyList<LoggedError> Errors();
}

/// <param name="Kind"><c>SQLite</c> or <c>PostgreSQL</c>.</param>
/// <param name="Bytes">Its size; null if it can't be asked.</param>
public sealed record DatabaseState(string Kind, bool IsReachable, long? Bytes);

/// <summary>The disk of the data directory.</summary>
public sealed record StorageState(long FreeBytes, long TotalBytes);

/// <param name="UsedBytes">Physical memory of this process.</param>
/// <param name="LimitBytes">The memory that this process may take.</param>
public sealed record MemoryState(long UsedBytes, long LimitBytes);

/// <param name="SeenAt">Its last sign of life.</param>
/// <param name="JobId">The training that it runs; null when it waits.</param>
public sealed record WorkerState(string Name, DateTime StartedAt, DateTime? SeenAt, Guid? JobId);

/// <summary>An error of the log. Nothing of a patient is ever logged.</summary>
/// <param name="Exceptions">The types of the exception and its inner ones, without their messages; empty if there was none.</param>
/// <param name="TraceId">Of the request in which it happened; null outside of a request.</param>
public sealed record LoggedError(DateTime At, string Category, string Message, string Exceptions, string? TraceId);
