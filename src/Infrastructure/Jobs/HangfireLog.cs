using Hangfire.AspNetCore;
using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Hangfire.Logging.LogLevel;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>
/// Writes Hangfire's log messages to the service's log. Hangfire has one static log provider per process. When a process hosts several
/// services, the static provider may belong to a service that has ended. Its logger factory is disposed and throws. This provider
/// catches that exception and drops the message, so that the running services are not affected.
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
