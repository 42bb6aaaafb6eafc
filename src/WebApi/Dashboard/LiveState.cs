using ModelOps.Application;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Training;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// The latest training and the version in service, as known to this browser tab. The state is polled once a second, so that pages show
/// other users' changes without a reload and every page announces the end of a training.
/// </summary>
internal sealed class LiveState(Dispatcher dispatcher, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private bool _seen;

    /// <summary>The newest job without its history; null before the first poll or when there is no job.</summary>
    public JobAnswer? Job { get; private set; }

    /// <summary>The version in service.</summary>
    public string? Active { get; private set; }

    public JobAnswer? Running => Job is { } job && !job.Status.IsFinal() ? job : null;

    /// <summary>Raised when one of the values above has changed.</summary>
    public event Action? Changed;

    /// <summary>Raised when a training that was running has ended.</summary>
    public event Action<JobAnswer>? Ended;

    /// <summary>Raised when another version is in service.</summary>
    public event Action? ActiveChanged;

    /// <summary>Polls until cancelled. Continues while the database is unavailable.</summary>
    /// <exception cref="RefusalException">The session has ended.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await LookAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is not RefusalException { Kind: RefusalKind.Unauthenticated }
                && !cancellationToken.IsCancellationRequested)
            {
                // The page's own requests report the failure. The next poll retries.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var jobs = (await dispatcher.WatchAsync(new ListJobs(new PageRequest(2), null), cancellationToken)).Jobs;
        var active = (await dispatcher.WatchAsync(new ListVersions(new PageRequest(1)), cancellationToken)).ActiveModel;
        var (before, newest) = (Job, jobs.Count > 0 ? jobs[0] : null);
        var (jobChanged, activeChanged) = (before?.JobId != newest?.JobId || before?.Stamp != newest?.Stamp, Active != active);
        (Job, Active) = (newest, active);
        if (before is not null && !before.Status.IsFinal() && jobs.FirstOrDefault(j => j.JobId == before.JobId) is { } now
            && now.Status.IsFinal())
        {
            Ended?.Invoke(now);
        }

        if (activeChanged && _seen)
        {
            ActiveChanged?.Invoke();
        }

        if (jobChanged || activeChanged || !_seen)
        {
            _seen = true;
            Changed?.Invoke();
        }
    }
}
