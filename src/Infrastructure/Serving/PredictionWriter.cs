using Microsoft.Extensions.Hosting;
using ModelOps.Application.Predictions;

namespace ModelOps.Infrastructure.Serving;

/// <summary>Lets the predictions be written while the service runs, and the last of them at its end.</summary>
internal sealed class PredictionWriter(PredictionLog log, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>How long the end of the service waits for them.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abandon = new();
    private Task _writing = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(() => log.WriteAsync(_abandon.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Requests have ended by now: the server stops before what was registered earlier.</summary>
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
