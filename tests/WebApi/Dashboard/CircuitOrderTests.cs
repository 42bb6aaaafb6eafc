using System.ComponentModel.Design;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Tests.Dashboard;

#pragma warning disable BL0006 // What is tested is how the renderer and the order of messages work together.

[Collection(ServiceCollection.Name)]
public sealed class CircuitOrderTests(ServiceFixture service)
{
    /// <summary>The number that the renderer gives the first event handler.</summary>
    private const ulong FirstHandler = 1;

    [Fact]
    public async Task Events_ThatWaitWhileTheBrowserConfirmsAPage_AreHandled()
    {
        await using var tab = new Tab();
        await tab.OpenAsync();

        // The browser sends both before it has the page that is rendered after the first one.
        await Task.WhenAll(await tab.QueueAsync("7", "7.2"));

        Assert.Equal(["7", "7.2"], tab.Field.Typed);
    }

    [Fact]
    public void Tabs_OfTheService_HaveThisOrder()
    {
        using var scope = service.Services.CreateScope();

        Assert.Contains(scope.ServiceProvider.GetServices<CircuitHandler>(), handler => handler is CircuitOrder);
    }

    [Fact]
    public async Task Confirmation_AfterItsTurn_CompletesTheRendering()
    {
        await using var tab = new Tab();
        await tab.OpenAsync();

        await Task.WhenAll(await tab.QueueAsync("7"));
        await tab.Confirmed;

        Assert.Equal(2, tab.Field.Shown);
    }

    [Fact]
    public async Task Message_ThatFails_TellsItsSender()
    {
        await using var tab = new Tab();
        await tab.OpenAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => tab.ReceiveAsync(() => throw new InvalidOperationException()));
    }

    /// <summary>A field whose event handler is another one after each rendering, as that of a binding is.</summary>
    private sealed class Field : ComponentBase
    {
        private int _renderings;

        public List<string?> Typed { get; } = [];

        /// <summary>How many renderings the browser has confirmed.</summary>
        public int Shown { get; private set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            var rendering = ++_renderings;
            builder.OpenElement(0, "input");
            builder.AddAttribute(1, "oninput", EventCallback.Factory.Create<ChangeEventArgs>(this, change =>
            {
                Assert.InRange(rendering, 1, _renderings);
                Typed.Add((string?)change.Value);
            }));
            builder.CloseElement();
        }

        protected override void OnAfterRender(bool firstRender) => Shown++;
    }

    /// <summary>Blazor's renderer with a browser that confirms each page at the earliest moment: before its rendering returns.</summary>
    private sealed class Tab : Renderer
    {
        private readonly CircuitOrder _order = new();
        private readonly int _root;

        public Tab()
            : base(new ServiceContainer(), NullLoggerFactory.Instance)
        {
            _root = AssignRootComponentId(Field);
        }

        public override Microsoft.AspNetCore.Components.Dispatcher Dispatcher { get; } =
            Microsoft.AspNetCore.Components.Dispatcher.CreateDefault();

        public Field Field { get; } = new();

        /// <summary>Completes with the last confirmation.</summary>
        public Task Confirmed { get; private set; } = Task.CompletedTask;

        public async Task OpenAsync()
        {
            await Dispatcher.InvokeAsync(() => _order.OnCircuitOpenedAsync(null!, CancellationToken.None));
            await Dispatcher.InvokeAsync(() => RenderRootComponentAsync(_root));
            await Confirmed;
        }

        /// <summary>Queues events for the first handler, all before the first of them is handled.</summary>
        public Task<Task[]> QueueAsync(params string[] texts) => Dispatcher.InvokeAsync(() => texts
            .Select(text => ReceiveAsync(() => DispatchEventAsync(FirstHandler, null, new ChangeEventArgs { Value = text }))).ToArray());

        public Task ReceiveAsync(Func<Task> message) => _order.CreateInboundActivityHandler(_ => message())(null!);

        protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
        {
            var shown = new TaskCompletionSource();
            Confirmed = ReceiveAsync(() =>
            {
                shown.SetResult();
                return Task.CompletedTask;
            });
            return shown.Task;
        }

        protected override void HandleException(Exception exception) => throw exception;
    }
}
