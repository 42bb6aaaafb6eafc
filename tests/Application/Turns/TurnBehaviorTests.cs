using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Application.Turns;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Turns;

/// <summary>What HTTP and the dashboard both pass.</summary>
public sealed class TurnBehaviorTests : IAsyncLifetime
{
    private readonly World _world = new(Provider.Sqlite);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Send_OfAComparisonWithoutAPlace_IsRefused()
    {
        var places = Take(Work.Comparison, 4);

        Assert.Equal("too_busy", await CompareAsync());

        places[0].Dispose();
        Assert.Equal("version_not_found", await CompareAsync());
    }

    [Fact]
    public async Task Send_OfACountWithoutAPlace_IsRefusedAndOtherRequestsAreNot()
    {
        Take(Work.Batch, 64);

        await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new GetRecordsSummary()));
        await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new PreviewTraining(true, null)));

        Assert.Empty((await _world.SendAsync(new ListVersions(new PageRequest()))).Models);
    }

    private async Task<string> CompareAsync() => (await Assert.ThrowsAsync<RefusalException>(() =>
        _world.SendAsync(new CompareVersions("v20200101_000000", "v20200101_000001")))).Code;

    /// <summary>The world's user has no name, so the places are the service's own.</summary>
    private List<TurnPlace> Take(Work work, int places) =>
        [.. Enumerable.Range(0, places).Select(_ => _world.Services.GetRequiredService<TurnLines>().Take(work, "system"))];
}
