using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace ModelOps.WebApi.Tests.Auth;

[Collection(ServiceCollection.Name)]
public sealed class LoginOnSqliteTests(ServiceFixture service) : LoginTests(service);

[Collection(PostgreSqlServiceCollection.Name)]
public sealed class LoginOnPostgreSqlTests(PostgreSqlServiceFixture service) : LoginTests(service.Required());

public abstract class LoginTests(ServiceFixture service)
{
    [Fact]
    public async Task Login_WithTheRightPassword_GivesTokensThatWork()
    {
        var tokens = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        using var client = Client(tokens.AccessToken);

        var me = await (await client.GetAsync("/auth/me")).JsonAsync();

        Assert.Equal("Bearer", tokens.TokenType);
        Assert.Equal(900, tokens.ExpiresIn);
        Assert.Equal(ServiceFixture.AdminEmail, me.GetProperty("email").GetString());
        Assert.Equal(["ADMIN"], me.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!));
    }

    [Fact]
    public async Task Login_WithOtherLetterCaseOfTheEmail_Works() =>
        Assert.NotEmpty((await service.LoginAsync("ADMIN@LocalHost", ServiceFixture.AdminPassword)).AccessToken);

    [Fact]
    public async Task Login_WhenWrongOrUnknown_AnswersTheSame()
    {
        var user = await service.CreateUserAsync();

        var wrong = await RefusedAsync(user.Email, "not the password");
        var unknown = await RefusedAsync("nobody@example.org", "not the password");
        var unprintable = await RefusedAsync("no\u0001body@example.org", "not the password");

        Assert.Equal(wrong, unknown);
        Assert.Equal(wrong, unprintable);
        Assert.Contains("locked", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_WhenDisabled_AnswersLikeAWrongPassword()
    {
        var user = await service.CreateUserAsync();
        using var admin = await service.AdminAsync();
        using var disabled = await admin.PatchAsJsonAsync($"/users/{user.Id}", new { disabled = true });

        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);
        Assert.Equal(await RefusedAsync("nobody@example.org", "x"), await RefusedAsync(user.Email, ServiceFixture.UserPassword));
    }

    [Fact]
    public async Task Login_WhenGuessedInParallel_LocksForTheRightPasswordToo()
    {
        var user = await service.CreateUserAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefusedAsync(user.Email, "a wrong one")));

        Assert.Equal(await RefusedAsync("nobody@example.org", "x"), await RefusedAsync(user.Email, ServiceFixture.UserPassword));
    }

    [Theory]
    [InlineData("""{"email": "a@b.c"}""", "password")]
    [InlineData("""{"email": "", "password": "x"}""", "email")]
    [InlineData("""{"email": null, "password": "x"}""", "email")]
    [InlineData("""{"email": "a\u0000@b.c", "password": "x"}""", "email")]
    public async Task Login_WhenAFieldIsMissing_NamesIt(string body, string field)
    {
        using var client = service.Anonymous();
        using var response = await client.PostAsync("/auth/login", new StringContent(body, MediaTypeHeaderValue.Parse("application/json")));

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Refresh_WithARefreshToken_GivesNewTokens()
    {
        var tokens = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        using var client = service.Anonymous();

        using var response = await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.RefreshToken });
        using var again = Client((await Tokens.ReadAsync(response)).AccessToken);

        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/auth/me")).StatusCode);
    }

    [Fact]
    public async Task Refresh_WithGarbageOrAnAccessToken_IsRefused()
    {
        var tokens = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        using var client = service.Anonymous();

        foreach (var token in new[] { "garbage", tokens.AccessToken, "" })
        {
            using var response = await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = token });
            await response.ProblemAsync(401, "invalid_token");
        }
    }

    [Fact]
    public async Task Refresh_AfterTheRoleChanged_IsRefused()
    {
        var user = await service.CreateUserAsync();
        var tokens = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        using var admin = await service.AdminAsync();
        using var changed = await admin.PatchAsJsonAsync($"/users/{user.Id}", new { role = "ADMIN" });
        using var client = service.Anonymous();

        using var response = await client.PostAsJsonAsync("/auth/refresh", new { refresh_token = tokens.RefreshToken });

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        await response.ProblemAsync(401, "invalid_token");
    }

    [Fact]
    public async Task Me_WithARefreshTokenOrGarbage_Is401()
    {
        var tokens = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        foreach (var token in new[] { "garbage", tokens.RefreshToken, tokens.AccessToken[..^2] })
        {
            using var client = Client(token);
            using var response = await client.GetAsync("/auth/me");

            await response.ProblemAsync(401, "invalid_token");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }
    }

    [Fact]
    public async Task Me_WithTheTokenInTheQuery_Is401()
    {
        var tokens = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        using var client = service.Anonymous();

        using var response = await client.GetAsync($"/auth/me?access_token={tokens.AccessToken}&token={tokens.AccessToken}");

        await response.ProblemAsync(401, "unauthenticated");
    }

    [Theory]
    [InlineData("""{"disabled": true}""")]
    [InlineData("""{"role": "ADMIN"}""")]
    public async Task LivingToken_AfterTheAccountChanged_Is401AtOnce(string change)
    {
        var user = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        using var before = await client.GetAsync("/auth/me");
        using var admin = await service.AdminAsync();

        using var changed = await admin.PatchAsync($"/users/{user.Id}", new StringContent(change, MediaTypeHeaderValue.Parse("application/json")));
        using var after = await client.GetAsync("/auth/me");

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        await after.ProblemAsync(401, "invalid_token");
    }

    private HttpClient Client(string token)
    {
        var client = service.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<string> RefusedAsync(string email, string password)
    {
        using var client = service.Anonymous();
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password });
        return (await response.ProblemAsync(401, "invalid_credentials")).GetProperty("detail").GetString()!;
    }
}
