using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Startup;

/// <summary>Opens when the database is migrated and the unfinished work of earlier processes is recovered.</summary>
internal sealed class StartupGate : IStartupState
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOver => _open.Task.IsCompletedSuccessfully;

    public Task WaitAsync(CancellationToken cancellationToken) => _open.Task.WaitAsync(cancellationToken);

    public void Open() => _open.TrySetResult();
}
