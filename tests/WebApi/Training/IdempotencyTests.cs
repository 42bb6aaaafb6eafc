using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application;
using ModelOps.Application.Abstractions;

namespace ModelOps.WebApi.Tests.Training;

[Collection(ModelsGroup.Name)]
public sealed class IdempotencyOnSqliteTests(ModelsFixture service) : IdempotencyTests(service);

[Collection(PostgreSqlModelsGroup.Name)]
public sealed class IdempotencyOnPostgreSqlTests(PostgreSqlModelsFixture service) : IdempotencyTests(service.Required());

public abstract class IdempotencyTests(ModelsFixture service)
{
    [Fact]
    public async Task Key_OfTwoUsers_BelongsToEach()
    {
        var other = await service.CreateUserAsync("ADMIN");
        using var others = await service.SignedInAsync(other.Email, ServiceFixture.UserPassword);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        using var first = await service.Admin.PostTextAsync("/records", Api.Record(5.1, "N"), key);
        using var second = await others.PostTextAsync("/records", $"[{Api.Record(5.2, "N")}, {Api.Record(5.3, "N")}]", key);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(2, (await second.JsonAsync()).GetProperty("created").GetInt32());
    }

    [Fact]
    public async Task Key_OfAnEarlierBuild_StillAnswersItsRetry()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await service.Admin.PostTextAsync("/records", Api.Record(5.4, "N"), ("Idempotency-Key", key));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        await UseAsync(db => db.IdempotentRequests.Where(r => r.Key == key).ExecuteUpdateAsync(r => r.SetProperty(x => x.Owner, "")));
        var before = await LabelledAsync();

        using var retry = await service.Admin.PostTextAsync("/records", Api.Record(5.4, "N"), ("Idempotency-Key", key));

        Assert.Equal(HttpStatusCode.Created, retry.StatusCode);
        Assert.Equal(before, await LabelledAsync());
    }

    [Fact]
    public async Task Race_ForOneKey_LogsNoException()
    {
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => service.Admin.PostTextAsync("/records", Api.Record(5.5, "N"), key)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.DoesNotContain(service.Log.Lines, line => line.Contains("DbUpdateException", StringComparison.Ordinal));
        Assert.DoesNotContain(service.Log.Lines, line => line.Contains("INSERT INTO", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RemoveOld_TakesKeysBeyondTheirTimeAndNoOthers()
    {
        var (old, young) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var now = await UseAsync(db => db.UtcNowAsync(default));
        await UseAsync(db =>
        {
            // More than one transaction removes.
            db.IdempotentRequests.AddRange(Enumerable.Range(0, 600)
                .Select(i => IdempotentRequest.Create("somebody", "records", $"{old}-{i}", "", "{}", now.AddHours(-49))));
            db.IdempotentRequests.Add(IdempotentRequest.Create("somebody", "records", young, "", "{}", now.AddHours(-47)));
            return db.SaveChangesAsync(default);
        });

        await using var scope = service.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<MediatR.IMediator>().Send(new RemoveOldIdempotencyKeys(48));

        var kept = await UseAsync(db => db.IdempotentRequests.Where(r => r.Owner == "somebody").Select(r => r.Key).ToListAsync());
        Assert.Equal([young], kept);
    }

    private async Task<T> UseAsync<T>(Func<IModelOpsDbContext, Task<T>> work)
    {
        await using var scope = service.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>());
    }

    private async Task<int> LabelledAsync() => (await service.Admin.JsonAsync("/records/summary")).GetProperty("labelled").GetInt32();
}
