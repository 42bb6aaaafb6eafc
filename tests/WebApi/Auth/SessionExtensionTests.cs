using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Users;

namespace ModelOps.WebApi.Tests.Auth;

public sealed class SessionExtensionOnSqliteTests(ClockedFixture service) : SessionExtensionTests(service), IClassFixture<ClockedFixture>;

public sealed class SessionExtensionOnPostgreSqlTests(PostgreSqlClockedFixture service)
    : SessionExtensionTests(service.Required()), IClassFixture<PostgreSqlClockedFixture>;

/// <summary>How long a browser's session can be made to last.</summary>
public abstract class SessionExtensionTests(ClockedFixture service)
{
    [Fact]
    public async Task Extend_OfABrowsersSession_MovesItsEndWhileItLives()
    {
        await using var scope = service.Services.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<IUserSessions>();
        var account = await service.CreateUserAsync();
        var user = new SignedInUser(account.Id, account.Email, [UserRoles.User], "stamp");
        var begun = service.Clock.GetUtcNow();
        var session = await sessions.StartAsync(user, SessionKind.Browser, new SessionClient("", null), default);
        service.Clock.Advance(TimeSpan.FromHours(11));

        Assert.Equal(12, Hours(await EndAsync()));
        Assert.Equal(23, Hours(await sessions.ExtendAsync(session!.Id, account.Id, default)));
        Assert.Equal(23, Hours(await EndAsync()));
        service.Clock.Advance(TimeSpan.FromHours(13));
        Assert.Null(await sessions.ExtendAsync(session.Id, account.Id, default));
        Assert.Null(await EndAsync());

        Task<DateTime?> EndAsync() => sessions.FindEndAsync(session!.Id, account.Id, default);
        int Hours(DateTime? end) => (int)Math.Round((end!.Value - begun.UtcDateTime).TotalHours);
    }

    [Fact]
    public async Task Extend_OfAnotherUsersSession_DoesNothing()
    {
        await using var scope = service.Services.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<IUserSessions>();
        var (owner, other) = (await service.CreateUserAsync(), await service.CreateUserAsync());
        var session = await sessions.StartAsync(
            new SignedInUser(owner.Id, owner.Email, [UserRoles.User], "stamp"), SessionKind.Browser, new SessionClient("", null), default);

        Assert.Null(await sessions.ExtendAsync(session!.Id, other.Id, default));
        Assert.Null(await sessions.FindEndAsync(session.Id, other.Id, default));
    }
}
