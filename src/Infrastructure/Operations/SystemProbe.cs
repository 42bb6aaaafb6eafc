using ModelOps.Application.Abstractions;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Jobs;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Operations;

internal sealed class SystemProbe(
    DatabaseProbe database, WorkerMonitor workers, DataDirectory directory, RecentErrors errors) : ISystemProbe
{
    public Task<DatabaseState> DatabaseAsync(CancellationToken cancellationToken) => database.StateAsync(cancellationToken);

    public StorageState Storage()
    {
        var drive = new DriveInfo(directory.Root);
        return new StorageState(drive.AvailableFreeSpace, drive.TotalSize);
    }

    public MemoryState Memory() => new(Environment.WorkingSet, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    public IReadOnlyList<WorkerState> Workers() => workers.Workers();

    public IReadOnlyList<LoggedError> Errors() => errors.Latest;
}
