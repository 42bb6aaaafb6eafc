using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Tests.Auth;

public sealed class ClockOnSqliteTests(ClockedFixture service) : ClockTests(service), IClassFixture<ClockedFixture>;

public sealed class ClockOnPostgreSqlTests(PostgreSqlClockedFixture service) : ClockTests(service.Required()),
    IClassFixture<PostgreSqlClockedFixture>;

/// <summary>What ends by time, on a service whose clock is moved.</summary>
public abstract class ClockTests(ClockedFixture service)
{
    [Fact]
    public async Task Tokens_WhenTheirTimeIsOver_AreRefused()
    {
        var tokens = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        using var client = service.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);

        service.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/auth/me")).StatusCode);
        service.Clock.Advance(TimeSpan.FromMinutes(2));
        await (await client.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");

        var renewed = await Tokens.ReadAsync(await RefreshAsync(tokens));
        service.Clock.Advance(TimeSpan.FromDays(13.9));
        var last = await Tokens.ReadAsync(await RefreshAsync(renewed));
        service.Clock.Advance(TimeSpan.FromDays(14));
        await (await RefreshAsync(last)).ProblemAsync(401, "invalid_token");
    }

    [Fact]
    public async Task Lock_AfterFiveMinutes_Ends()
    {
        var user = await service.CreateUserAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginStatusAsync(user.Email, "a wrong one"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await LoginStatusAsync(user.Email, ServiceFixture.UserPassword));
        service.Clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginStatusAsync(user.Email, ServiceFixture.UserPassword));
        service.Clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal(HttpStatusCode.OK, await LoginStatusAsync(user.Email, ServiceFixture.UserPassword));
    }

    [Fact]
    public async Task Rows_OfEndedSessions_AreRemovedAfterADayAndLivingOnesStay()
    {
        var user = await service.CreateUserAsync();
        var living = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        using var ended = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        Assert.Equal(HttpStatusCode.NoContent, (await ended.PostAsync("/auth/logout", null)).StatusCode);
        service.Clock.Advance(TimeSpan.FromDays(1.1));

        Assert.InRange(await RemoveOldAsync(), 1, int.MaxValue);

        Assert.Equal(0, await RemoveOldAsync());
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(living)).StatusCode);
    }

    private async Task<int> RemoveOldAsync()
    {
        await using var scope = service.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RemoveOldSessions(1));
    }

    [Fact]
    public async Task ManyRequestsOfOneUser_WhenThereAreNotTooMany_AreAnswered()
    {
        using var admin = await service.AdminAsync();
        for (var i = 0; i < 300; i++)
        {
            using var response = await admin.GetAsync("/auth/me");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Token_OfAnotherInstallation_IsRefused()
    {
        await using var other = await ServiceFixture.StartAsync();
        using var theirs = await other.AdminAsync();
        using var client = service.Anonymous();
        client.DefaultRequestHeaders.Authorization = theirs.DefaultRequestHeaders.Authorization;

        await (await client.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
    }

    private async Task<HttpResponseMessage> RefreshAsync(Tokens tokens)
    {
        using var client = service.Anonymous();
        return await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.RefreshToken });
    }

    private async Task<HttpStatusCode> LoginStatusAsync(string email, string password)
    {
        using var client = service.Anonymous();
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password });
        return response.StatusCode;
    }
}
