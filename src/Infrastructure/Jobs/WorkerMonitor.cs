using Hangfire;
using Hangfire.Storage.Monitoring;
using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>The workers of all processes, as Hangfire's storage knows them.</summary>
internal sealed class WorkerMonitor(JobStorage jobs)
{
    private const int MaxRunning = 200;

    public IReadOnlyList<WorkerState> Workers()
    {
        var monitor = jobs.GetMonitoringApi();
        var running = monitor.ProcessingJobs(0, MaxRunning).Where(job => job.Value?.InProcessingState == true)
            .GroupBy(job => job.Value.ServerId, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => JobOf(group.First().Value), StringComparer.Ordinal);
        return
        [
            .. monitor.Servers().OrderBy(server => server.Name, StringComparer.Ordinal).Select(server => new WorkerState(
                NameOf(server.Name),
                Utc(server.StartedAt),
                server.Heartbeat is { } beat ? Utc(beat) : null,
                running.GetValueOrDefault(server.Name))),
        ];
    }

    /// <summary>Hangfire's name is <c>machine:process:id</c>.</summary>
    private static string NameOf(string server) =>
        server.Split(':') is [var machine, var process, ..] ? $"{machine}, process {process}" : server;

    private static Guid? JobOf(ProcessingJobDto job) => job.Job?.Args.OfType<Guid>().Select(id => (Guid?)id).FirstOrDefault();

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
