using Hangfire;
using Hangfire.Storage.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Failures;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Operations;

internal sealed class SystemProbe(IServiceScopeFactory scopes, DataDirectory directory, JobStorage jobs, RecentErrors errors) : ISystemProbe
{
    private const int MaxRunning = 200;

    public async Task<DatabaseState> DatabaseAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>();
        var isSqlite = db.Database.IsSqlite();
        try
        {
            var bytes = isSqlite
                ? await db.Database.SqlQuery<long>($"SELECT page_count * page_size AS \"Value\" FROM pragma_page_count(), pragma_page_size()")
                    .SingleAsync(cancellationToken)
                : await db.Database.SqlQuery<long>($"SELECT pg_database_size(current_database()) AS \"Value\"").SingleAsync(cancellationToken);
            return new DatabaseState(Kind(isSqlite), true, bytes);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && FailureClassifier.IsDatabaseFailure(exception))
        {
            return new DatabaseState(Kind(isSqlite), false, null);
        }
    }

    public StorageState Storage()
    {
        var drive = new DriveInfo(directory.Root);
        return new StorageState(drive.AvailableFreeSpace, drive.TotalSize);
    }

    public MemoryState Memory() => new(Environment.WorkingSet, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    public IReadOnlyList<WorkerState> Workers()
    {
        var monitor = jobs.GetMonitoringApi();
        var running = monitor.ProcessingJobs(0, MaxRunning).Where(job => job.Value?.InProcessingState == true)
            .GroupBy(job => job.Value.ServerId, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => JobOf(group.First().Value), StringComparer.Ordinal);
        return
        [
            .. monitor.Servers().OrderBy(server => server.Name, StringComparer.Ordinal).Select(server => new WorkerState(
                server.Name.Split(':')[0] + ", " + server.Name.Split(':').ElementAtOrDefault(1),
                Utc(server.StartedAt),
                server.Heartbeat is { } beat ? Utc(beat) : null,
                running.GetValueOrDefault(server.Name))),
        ];
    }

    public IReadOnlyList<LoggedError> Errors() => errors.Latest;

    private static Guid? JobOf(ProcessingJobDto job) => job.Job?.Args.OfType<Guid>().Select(id => (Guid?)id).FirstOrDefault();

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private static string Kind(bool isSqlite) => isSqlite ? "SQLite" : "PostgreSQL";
}
