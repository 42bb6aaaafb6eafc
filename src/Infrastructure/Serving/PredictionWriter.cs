using Microsoft.Extensions.Hosting;
using ModelOps.Application.Predictions;

namespace ModelOps.Infrastructure.Serving;

/// <summary>Writes the logged predictions to the database in the background and drains the log when the service stops.</summary>
internal sealed class PredictionWriter(PredictionLog log, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>How long the shutdown waits for the remaining predictions to be written.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abandon = new();
    private Task _writing = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(() => log.WriteAsync(_abandon.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Drains the log. All requests have ended: hosted services stop in reverse order of registration, so the web server stopped before.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        log.Complete();
        if (await Task.WhenAny(_writing, Task.Delay(Drain, time, cancellationToken)) != _writing)
        {
            await _abandon.CancelAsync();
        }

        await _writing;
    }

    public void Dispose() => _abandon.Dispose();
}
