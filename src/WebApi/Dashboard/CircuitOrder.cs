using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// Handles all messages of one browser tab in the order in which they arrived, in the tab's own queue.
/// </summary>
/// <remarks>
/// Blazor (ASP.NET Core 10.0, <c>Renderer.RemoveEventHandlerIds</c>) queues events, but not the browser's confirmation that it shows a
/// rendered page. A confirmation that arrives while that rendering is still being completed makes the renderer forget the handlers that
/// were replaced in it, although events for them are waiting in the queue. These events are then refused ("There is no event handler
/// associated with this event"): the page shows a typed value that the server doesn't have. On a busy machine this happened to values
/// that a page restored after the service had been restarted.
/// </remarks>
internal sealed class CircuitOrder : CircuitHandler
{
    private SynchronizationContext? _queue;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _queue = SynchronizationContext.Current;
        return Task.CompletedTask;
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next) =>
        activity => _queue is { } queue ? Enqueue(queue, () => next(activity)) : next(activity);

    private static Task Enqueue(SynchronizationContext queue, Func<Task> work)
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Post(
            async _ =>
            {
                try
                {
                    await work();
                    completion.SetResult();
                }
                catch (Exception exception)
                {
                    completion.SetException(exception);
                }
            },
            null);
        return completion.Task;
    }
}
