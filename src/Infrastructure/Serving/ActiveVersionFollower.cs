using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Infrastructure.Startup;

namespace ModelOps.Infrastructure.Serving;

/// <summary>
/// Keeps this process's <see cref="ServingModel"/> in step with the active pointer in the database. The pointer is read on each signal
/// and every second, so that all replicas agree soon after an activation. When a version can't be loaded, the problem is reported and
/// loading is retried.
/// </summary>
internal sealed partial class ActiveVersionFollower(
    IServiceScopeFactory scopes, ServingModel serving, ActivePointerFile file, StartupGate gate, ILogger<ActiveVersionFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Auto-reset event: repeated signals coalesce; a single waiter.</summary>
    private readonly SemaphoreSlim _signal = new(0, 1);

    private bool _failing;

    /// <summary>Signals that the active pointer may have changed. Safe to call from any thread.</summary>
    public void Signal()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // A signal is pending already.
        }
    }

    /// <summary>Waits for a signal and consumes it. Returns false when no signal came within <paramref name="atMost"/>.</summary>
    public Task<bool> WaitForSignalAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
        _signal.WaitAsync(atMost, cancellationToken);

    /// <summary>Reads the pointer once and loads the active version if it has changed. Must not be called concurrently.</summary>
    /// <exception cref="System.Data.Common.DbException">The pointer can't be read. The loaded version keeps serving.</exception>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var problem = await TryLoadActiveAsync(cancellationToken);
        if (problem != serving.Problem)
        {
            serving.Report(problem);
            if (problem is not null)
            {
                LogProblem(problem);
            }
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        while (true)
        {
            await WaitForSignalAsync(PollInterval, stoppingToken);
            try
            {
                await FollowAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // An outage is logged once, not every second.
                if (!_failing)
                {
                    LogFailed(exception);
                }

                _failing = true;
            }
        }
    }

    /// <summary>Why the active version can't be loaded; null when it is loaded, or when none is active.</summary>
    private async Task<string?> TryLoadActiveAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>();

        // This poll reads a single number. The version and its files are read only after an activation.
        if (await db.FindActivationNumberAsync(cancellationToken) == serving.ActivationNumber)
        {
            return null;
        }

        var active = await db.GetActiveAsync(cancellationToken);
        try
        {
            serving.Publish(await serving.LoadAsync(active.Version, cancellationToken), active.ActivationNumber);
        }
        catch (RefusalException refusal)
        {
            return refusal.Message;
        }

        await file.RefreshAsync(cancellationToken);
        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The active version can't be loaded: {Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The active pointer could not be read; what is loaded keeps serving")]
    private partial void LogFailed(Exception exception);
}
