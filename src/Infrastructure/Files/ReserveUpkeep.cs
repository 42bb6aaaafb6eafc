using Microsoft.Extensions.Hosting;
using ModelOps.Application.Training;

namespace ModelOps.Infrastructure.Files;

/// <summary>Makes the <see cref="StorageReserve"/> when the service has started, and again when it was given up and there is room.</summary>
internal sealed class ReserveUpkeep(DataDirectory directory, Timing timing, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(timing.Reconcile, time);
        do
        {
            directory.Reserve.TopUp();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
