using ModelOps.Application.Abstractions;

namespace ModelOps.Infrastructure.Startup;

/// <summary>Opens once the database is migrated and everything an earlier process left behind is taken up.</summary>
internal sealed class StartupGate : IStartupState
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOver => _open.Task.IsCompletedSuccessfully;

    public Task WaitAsync(CancellationToken cancellationToken) => _open.Task.WaitAsync(cancellationToken);

    public void Open() => _open.TrySetResult();
}
