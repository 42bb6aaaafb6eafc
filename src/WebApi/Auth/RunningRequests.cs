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
    SessionTiming timing, IServiceScopeFactory scopes, TimeProvider time, ILogger<RunningRequests> logger) : BackgroundService
{
    /// <summary>
    /// The connection of an open page. The page notices the end itself and shows the sign-in page; it gets the time for that.
    /// </summary>
    private static readonly PathString Page = "/_blazor";

    private readonly ConcurrentDictionary<Running, byte> _running = new();

    /// <summary>Runs a request whose credential has been checked, until it ends or the credential does.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var running = new Running(context);
        _running[running] = 0;
        try
        {
            await next(context);
        }
        finally
        {
            _running.TryRemove(running, out _);
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
        await using var scope = scopes.CreateAsyncScope();
        var credentials = scope.ServiceProvider.GetRequiredService<Credentials>();
        foreach (var running in _running.Keys)
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
