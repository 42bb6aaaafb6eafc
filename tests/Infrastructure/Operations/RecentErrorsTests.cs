using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ModelOps.Infrastructure.Operations;

namespace ModelOps.Infrastructure.Tests.Operations;

public sealed class RecentErrorsTests
{
    private static readonly Exception Failure = new InvalidOperationException("patient 7.31", new TimeoutException("inner 61.7"));

    [Fact]
    public void Log_OfErrors_KeepsTheLatestOnes()
    {
        using var errors = new RecentErrors(TimeProvider.System);
        var logger = errors.CreateLogger("A.Category");
        for (var i = 0; i < RecentErrors.Capacity + 5; i++)
        {
            logger.Log(LogLevel.Error, default, i, null, (number, _) => $"error {number}");
        }

        Assert.Equal(RecentErrors.Capacity, errors.Latest.Count);
        Assert.Equal(("error 54", "A.Category"), (errors.Latest[0].Message, errors.Latest[0].Category));
    }

    [Fact]
    public void Log_OfAnException_KeepsItsTypesAndTheTraceButNotItsMessage()
    {
        using var errors = new RecentErrors(TimeProvider.System);
        using var activity = new Activity("request").Start();

        errors.CreateLogger("c").Log(LogLevel.Critical, default, "state", Failure, (_, exception) => $"it failed{exception?.Message}");

        var error = Assert.Single(errors.Latest);
        Assert.Equal(
            ("it failed", "InvalidOperationException ← TimeoutException", activity.TraceId.ToHexString()),
            (error.Message, error.Exceptions, error.TraceId));
    }

    [Fact]
    public void Log_OfAnythingLess_KeepsNothing()
    {
        using var errors = new RecentErrors(TimeProvider.System);

        errors.CreateLogger("c").Log(LogLevel.Warning, default, "state", Failure, (state, _) => state);

        Assert.Empty(errors.Latest);
    }
}
