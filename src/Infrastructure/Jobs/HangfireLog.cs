using Hangfire.AspNetCore;
using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Hangfire.Logging.LogLevel;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// Hangfire's words in the service's log. Hangfire has one log for the whole process: where a process runs several services, it may be
/// that of one that has ended, and asking its factory for a logger would throw and take the living one along.
/// </summary>
internal sealed class HangfireLog(ILoggerFactory loggers) : ILogProvider
{
    private readonly AspNetCoreLogProvider _log = new(loggers);

    public ILog GetLogger(string name)
    {
        try
        {
            return _log.GetLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return new Silent();
        }
    }

    private sealed class Silent : ILog
    {
        public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
    }
}
