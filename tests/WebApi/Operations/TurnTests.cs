using System.Net;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Turns;

namespace ModelOps.WebApi.Tests.Operations;

/// <summary>The shares of one user, taken without doing the work.</summary>
[Collection(ModelsGroup.Name)]
public sealed class TurnTests(ModelsFixture service)
{
    [Fact]
    public async Task Compare_WhenTheUserHasFourUnderWay_IsRefusedAndOthersAreServed()
    {
        var greedy = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(greedy.Email, ServiceFixture.UserPassword);
        var address = $"/model/compare?baseline={service.Versions[0]}&candidate={service.Versions[1]}";
        var places = Take(Work.Comparison, greedy.Email, 4);

        using var refused = await client.GetAsync(address);
        await refused.ProblemAsync(429, "too_busy");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        using var other = await service.Admin.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        places.ForEach(p => p.Dispose());
        using var again = await client.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Compare_WhenAnAdministratorHasFourUnderWay_IsRefusedInTheAdministratorsLanguage()
    {
        var admin = await service.CreateUserAsync("ADMIN");
        using var client = await service.SignedInAsync(admin.Email, ServiceFixture.UserPassword);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("es");
        var places = Take(Work.Comparison, admin.Email, 4);

        using var refused = await client.GetAsync($"/model/compare?candidate={service.Versions[1]}");

        var problem = await refused.ProblemAsync(429, "too_busy");
        Assert.StartsWith("Tiene en curso", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        places.ForEach(p => p.Dispose());
    }

    [Fact]
    public async Task Batch_WhenTheUserHasAllPlaces_IsRefusedBeforeItsBodyIsRead()
    {
        var greedy = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(greedy.Email, ServiceFixture.UserPassword);
        var places = Take(Work.Batch, greedy.Email, 64);

        using var refused = await client.PostTextAsync("/model/predict/batch", "not JSON");
        await refused.ProblemAsync(429, "too_busy");
        using var single = await client.PostTextAsync("/model/predict", "not JSON");
        await single.ProblemAsync(400, "invalid_json");

        places.ForEach(p => p.Dispose());
        using var read = await client.PostTextAsync("/model/predict/batch", "not JSON");
        await read.ProblemAsync(400, "invalid_json");
    }

    [Theory]
    [InlineData("/model/upload-dataset")]
    [InlineData("/records/import")]
    [InlineData("/model/datasets/preview")]
    public async Task Upload_WhenTheUserHasAllPlaces_IsRefused(string address)
    {
        var greedy = await service.CreateUserAsync("ADMIN");
        using var client = await service.SignedInAsync(greedy.Email, ServiceFixture.UserPassword);
        var places = Take(Work.Reading, greedy.Email, 64);

        using var refused = await client.UploadAsync(
            Api.NewName(), System.Text.Encoding.UTF8.GetBytes(Api.Sample(20)), address: address);
        await refused.ProblemAsync(429, "too_busy");

        places.ForEach(p => p.Dispose());
        using var taken = await client.UploadAsync(
            Api.NewName(), System.Text.Encoding.UTF8.GetBytes(Api.Sample(20)), address: address);
        Assert.True(taken.IsSuccessStatusCode);
    }

    private List<TurnPlace> Take(Work work, string user, int places)
    {
        var turns = service.Services.GetRequiredService<TurnLines>();
        return [.. Enumerable.Range(0, places).Select(_ => turns.Take(work, user))];
    }
}
