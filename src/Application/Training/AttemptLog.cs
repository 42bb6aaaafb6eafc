using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>
/// Keeps what each run of the trainer wrote. It is a help for operators, so a failure to write it never disturbs the training. Each write
/// has a scope of its own, beside the transactions that change the job.
/// </summary>
public sealed partial class AttemptLog(IServiceScopeFactory scopes, TimeProvider time, ILogger<AttemptLog> logger)
{
    private static string Worker => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Environment.MachineName}, process {Environment.ProcessId}");

    /// <returns>The attempt's id; null if it couldn't be written.</returns>
    internal Task<long?> BeginAsync(Guid jobId) => TryAsync<long?>(async db =>
    {
        var attempt = TrainingAttempt.Begin(jobId, Worker, time.GetUtcNow().UtcDateTime);
        db.TrainingAttempts.Add(attempt);
        await db.SaveChangesAsync(CancellationToken.None);
        var kept = await db.TrainingAttempts.Where(a => a.JobId == jobId).OrderByDescending(a => a.Id)
            .Skip(TrainingAttempt.MaxPerJob).Select(a => (long?)a.Id).FirstOrDefaultAsync();
        if (kept is { } last)
        {
            await db.TrainingAttempts.Where(a => a.JobId == jobId && a.Id <= last).ExecuteDeleteAsync();
        }

        return attempt.Id;
    });

    internal Task EndAsync(long? attemptId, TrainingOutcome outcome) => attemptId is null ? Task.CompletedTask : TryAsync(async db =>
    {
        if (await db.TrainingAttempts.SingleOrDefaultAsync(a => a.Id == attemptId) is { } attempt)
        {
            var (end, exitCode) = outcome switch
            {
                TrainingOutcome.Completed => (AttemptEnd.Completed, (int?)null),
                TrainingOutcome.Cancelled => (AttemptEnd.Cancelled, null),
                TrainingOutcome.Stopped => (AttemptEnd.Stopped, null),
                TrainingOutcome.Crashed(var code) => (AttemptEnd.Crashed, code),
                _ => (AttemptEnd.Refused, null),
            };
            attempt.Finish(end, exitCode, outcome.Log, time.GetUtcNow().UtcDateTime);
            await db.SaveChangesAsync(CancellationToken.None);
        }

        return true;
    });

    private async Task<T?> TryAsync<T>(Func<IModelOpsDbContext, Task<T>> write)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await write(scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>());
        }
        catch (Exception exception)
        {
            LogNotWritten(exception);
            return default;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of a training's attempt could not be written")]
    private partial void LogNotWritten(Exception exception);
}
