using ModelOps.Application;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.WebApi.Dashboard.Parts;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// What goes on in the service, as this tab knows it: the latest training and the version in service. Looked at once a second, so
/// that a page is right without a reload whoever did something, and a training's end is told on whatever page one is.
/// </summary>
internal sealed class LiveState(Dispatcher dispatcher, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private bool _seen;

    /// <summary>The newest job, without its history; null before the first look, or when there is none.</summary>
    public JobAnswer? Job { get; private set; }

    /// <summary>The version in service.</summary>
    public string? Active { get; private set; }

    public JobAnswer? Running => Job is { } job && !job.Status.IsFinal() ? job : null;

    /// <summary>Something of the above has changed.</summary>
    public event Action? Changed;

    /// <summary>A training that was seen running has ended.</summary>
    public event Action<JobAnswer>? Ended;

    /// <summary>Another version is in service.</summary>
    public event Action? ActiveChanged;

    /// <summary>Looks until cancelled. A database that is away is no reason to stop.</summary>
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
                // Whatever the page itself asks for says so; the watch tries again.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var jobs = (await dispatcher.SendAsync(new ListJobs(new PageRequest(2), null), cancellationToken)).Jobs;
        var active = (await dispatcher.SendAsync(new ListVersions(new PageRequest(1)), cancellationToken)).ActiveModel;
        var (before, newest) = (Job, jobs.Count > 0 ? jobs[0] : null);
        var (jobChanged, activeChanged) = (before?.JobId != newest?.JobId || before?.Stamp != newest?.Stamp, Active != active);
        (Job, Active) = (newest, active);
        if (before is not null && !before.Status.IsFinal() && jobs.FirstOrDefault(j => j.JobId == before.JobId) is { } now && now.Status.IsFinal())
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
