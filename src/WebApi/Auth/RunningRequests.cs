using System.Collections.Concurrent;
using System.Security.Claims;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Auth;

/// <summary>
/// Ends what goes on for long after its session or token has ended: event streams, uploads, downloads, waiting calls and the connections
/// of open pages. At each interval, the credentials of the requests that are still running are checked, and the connections of those
/// that aren't valid any more are aborted. A lock after wrong passwords ends nothing. Thread-safe.
/// </summary>
internal sealed partial class RunningRequests(
    SessionTiming timing, Credentials credentials, TimeProvider time, ILogger<RunningRequests> logger) : BackgroundService
{
    /// <summary>
    /// The connection of an open page. The page notices the end itself and shows the sign-in page; it gets the time for that.
    /// </summary>
    private static readonly PathString Page = "/_blazor";

    /// <summary>By a number of their own: an object's own hash code is expensive the first time.</summary>
    private readonly ConcurrentDictionary<long, Running> _running = new();

    private long _count;

    /// <summary>Runs a request whose credential has been checked, until it ends or the credential does.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var (number, running) = (Interlocked.Increment(ref _count), new Running(context));
        _running[number] = running;
        try
        {
            await next(context);
        }
        finally
        {
            _running.TryRemove(number, out _);
            running.End();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(timing.Watch, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await CheckAsync(stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, running) in _running)
        {
            try
            {
                if (await credentials.WatchAsync(running.User, cancellationToken) is null && running.Abort(patiently: Page))
                {
                    LogEnded();
                }
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The database is unavailable, and the credential isn't cached. The next check decides.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A running request was ended, because its session or token has ended")]
    private partial void LogEnded();

    private sealed class Running(HttpContext context)
    {
        private readonly Lock _lock = new();
        private HttpContext? _context = context;
        private bool _warned;

        public ClaimsPrincipal User { get; } = context.User;

        /// <summary>After the end of a request, its context serves another one and must not be touched.</summary>
        public void End()
        {
            lock (_lock)
            {
                _context = null;
            }
        }

        /// <param name="patiently">A request of this path is aborted at the second call only.</param>
        /// <returns>Whether the request was aborted.</returns>
        public bool Abort(PathString patiently)
        {
            lock (_lock)
            {
                if (_context is not { } context)
                {
                    return false;
                }

                if (context.Request.Path.StartsWithSegments(patiently) && !_warned)
                {
                    _warned = true;
                    return false;
                }

                context.Abort();
                _context = null;
                return true;
            }
        }
    }
}
