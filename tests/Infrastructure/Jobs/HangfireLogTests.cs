using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Jobs;

namespace ModelOps.Infrastructure.Tests.Jobs;

public sealed class HangfireLogTests
{
    [Fact]
    public void Logger_OfAServiceThatHasEnded_IsSilent()
    {
        var loggers = LoggerFactory.Create(_ => { });
        var log = new HangfireLog(loggers);
        Assert.NotNull(log.GetLogger("alive"));
        loggers.Dispose();

        Assert.False(log.GetLogger("ended").Log(Hangfire.Logging.LogLevel.Error, () => "nobody listens"));
    }
}
