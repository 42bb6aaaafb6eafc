using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace ModelOps.WebApi.Tests.Auth;

public sealed class LockOnSqliteTests(ProxiedFixture service) : LockTests(service), IClassFixture<ProxiedFixture>;

public sealed class LockOnPostgreSqlTests(PostgreSqlProxiedFixture service) : LockTests(service.Required()),
    IClassFixture<PostgreSqlProxiedFixture>;

/// <summary>Behind a proxy on the loopback, so that a test chooses each request's address.</summary>
public class ProxiedFixture : ClockedFixture
{
    public ProxiedFixture()
        : this(ModelOps.TestSupport.Provider.Sqlite)
    {
    }

    protected ProxiedFixture(ModelOps.TestSupport.Provider provider)
        : base(provider) => Settings["ModelOps:Proxy:Network"] = "127.0.0.0/8";
}

public sealed class PostgreSqlProxiedFixture() : ProxiedFixture(ModelOps.TestSupport.Provider.PostgreSql);

/// <summary>Guesses lock the side that they come from, and never a living session.</summary>
public abstract class LockTests(ProxiedFixture service)
{
    private const string Home = "203.0.113.7";

    [Fact]
    public async Task GuessesFromElsewhere_LeaveAKnownAddressOpen()
    {
        var user = await service.CreateUserAsync();
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, Home));

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, $"198.51.100.{i}", "a wrong one"));
        }

        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, Home));
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, "192.0.2.1"));
        service.Clock.Advance(TimeSpan.FromMinutes(5.1));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "192.0.2.1"));
    }

    [Fact]
    public async Task GuessesFromAKnownAddress_LockThatAddressOnly()
    {
        var user = await service.CreateUserAsync();
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, Home));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "203.0.113.8"));

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, Home, "a wrong one"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, Home));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "203.0.113.8"));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "192.0.2.1"));
    }

    [Fact]
    public async Task ParallelGuessesFromManyAddresses_AreAllCounted()
    {
        var user = await service.CreateUserAsync();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => LoginAsync(user, $"198.51.100.{i}", "a wrong one")));

        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, "192.0.2.1"));
    }

    [Fact]
    public async Task Addresses_OfOneIPv6Network_AreOneAddress()
    {
        var user = await service.CreateUserAsync();
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "2001:db8:1:2::1"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, $"2001:db8:9:{i}::1", "a wrong one"));
        }

        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "2001:db8:1:2:ffff::7"));
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, "2001:db8:1:3::1"));
    }

    [Fact]
    public async Task Address_After90Days_IsForgotten()
    {
        var user = await service.CreateUserAsync();
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, Home));
        service.Clock.Advance(TimeSpan.FromDays(91));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, $"198.51.100.{i}", "a wrong one"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, Home));
    }

    [Fact]
    public async Task Addresses_MoreThan20_ForgetTheOldest()
    {
        var user = await service.CreateUserAsync();
        for (var i = 0; i < 21; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, $"203.0.113.{i}"));
            service.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, $"198.51.100.{i}", "a wrong one"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, "203.0.113.0"));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, "203.0.113.1"));
    }

    [Fact]
    public async Task Lock_OfBothSides_LeavesALivingSessionAndItsRenewal()
    {
        var user = await service.CreateUserAsync();
        var tokens = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        using var client = service.Anonymous();
        for (var i = 0; i < 6; i++)
        {
            using var guess = await client.PostAsJsonAsync("/auth/login", new { email = user.Email, password = "a wrong one" });
            Assert.Equal(HttpStatusCode.Unauthorized, guess.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, $"198.51.100.{i}", "a wrong one"));
        }

        using var refused = await client.PostAsJsonAsync("/auth/login", new { email = user.Email, password = ServiceFixture.UserPassword });
        await refused.ProblemAsync(401, "invalid_credentials");
        using var renewed = await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.RefreshToken });
        foreach (var token in new[] { tokens.AccessToken, (await Tokens.ReadAsync(renewed)).AccessToken })
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/auth/me")).StatusCode);
        }
    }

    private async Task<HttpStatusCode> LoginAsync(TestUser user, string address, string password = ServiceFixture.UserPassword)
    {
        using var client = service.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        using var response = await client.PostAsJsonAsync("/auth/login", new { email = user.Email, password });
        return response.StatusCode;
    }
}
