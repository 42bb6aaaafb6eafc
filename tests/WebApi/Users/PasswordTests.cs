using System.Net;
using System.Net.Http.Json;

namespace ModelOps.WebApi.Tests.Users;

public sealed class PasswordOnSqliteTests(ClockedFixture service) : PasswordTests(service), IClassFixture<ClockedFixture>;

public sealed class PasswordOnPostgreSqlTests(PostgreSqlClockedFixture service) : PasswordTests(service.Required()),
    IClassFixture<PostgreSqlClockedFixture>;

public abstract class PasswordTests(ClockedFixture service)
{
    private const string Next = "quite another one 33";

    [Fact]
    public async Task Change_OfOnesOwn_EndsTheOtherSessionsOnly()
    {
        var user = await service.CreateUserAsync();
        using var here = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        using var elsewhere = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/auth/me")).StatusCode);

        using var changed = await ChangeAsync(here, ServiceFixture.UserPassword, Next);

        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/auth/me")).StatusCode);
        await (await elsewhere.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, ServiceFixture.UserPassword));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, Next));
    }

    [Theory]
    [InlineData(ServiceFixture.UserPassword, "short", "new")]
    [InlineData(ServiceFixture.UserPassword, "password1234", "new")]
    [InlineData(ServiceFixture.UserPassword, ServiceFixture.UserPassword, "new")]
    [InlineData("a wrong one", Next, "current")]
    [InlineData("", Next, "current")]
    public async Task Change_WhenAFieldBreaksARule_NamesItAndChangesNothing(string current, string next, string field)
    {
        var user = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);

        using var refused = await ChangeAsync(client, current, next);

        var problem = await refused.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, ServiceFixture.UserPassword));
    }

    [Fact]
    public async Task Change_AfterFiveWrongTries_IsRefusedForFiveMinutesAndTheSessionLives()
    {
        var user = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ChangeAsync(client, "a wrong one", Next)));

        await (await ChangeAsync(client, ServiceFixture.UserPassword, Next)).ProblemAsync(400, "validation_failed");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/auth/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, ServiceFixture.UserPassword));
        service.Clock.Advance(TimeSpan.FromMinutes(5.1));
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(client, ServiceFixture.UserPassword, Next)).StatusCode);
    }

    [Fact]
    public async Task Reset_ByAnAdministrator_EndsSessionsAndLocksAndMustBeChanged()
    {
        var user = await service.CreateUserAsync();
        using var before = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("/auth/me")).StatusCode);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, "a wrong one"));
        }

        var password = await ResetAsync(user);

        await (await before.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, ServiceFixture.UserPassword));
        using var client = await service.SignedInAsync(user.Email, password);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/auth/me")).StatusCode);
        foreach (var address in new[] { "/model/versions", "/auth/sessions", "/auth/tokens", "/users", "/nowhere" })
        {
            await (await client.GetAsync(address)).ProblemAsync(403, "password_change_required");
        }

        await (await client.PostAsJsonAsync("/auth/tokens", new { name = "x", expires_at = DateTime.UtcNow.AddDays(1) }))
            .ProblemAsync(403, "password_change_required");
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(client, password, Next)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/model/versions")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(user, Next));
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, password));
    }

    [Fact]
    public async Task OneTimePassword_AfterADay_IsWrong()
    {
        var user = await service.CreateUserAsync();
        var password = await ResetAsync(user);
        service.Clock.Advance(TimeSpan.FromHours(24.1));

        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(user, password));
    }

    [Fact]
    public async Task Logout_BeforeTheChange_Works()
    {
        var user = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(user.Email, await ResetAsync(user));

        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/auth/logout", null)).StatusCode);
        await (await client.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
    }

    [Fact]
    public async Task Reset_WhenUnknown_Is404()
    {
        using var admin = await service.AdminAsync();

        await (await admin.PostAsync("/users/unknown/reset-password", null)).ProblemAsync(404, "user_not_found");
    }

    [Theory]
    [InlineData("password1234")]
    [InlineData("margaretha.vos1")]
    [InlineData("123456789012")]
    public async Task Create_WithAGuessersPassword_Is400(string password)
    {
        using var admin = await service.AdminAsync();

        using var response = await admin.PostAsJsonAsync("/users", new { email = "margaretha.vos@example.org", password, role = "USER" });

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task Email_InAnotherForm_IsTheSameAccount()
    {
        using var admin = await service.AdminAsync();
        var name = $"{Guid.NewGuid():N}@example.org";
        using var created = await admin.PostAsJsonAsync(
            "/users", new { email = "ａnna" + name, password = ServiceFixture.UserPassword, role = "USER" });
        using var again = await admin.PostAsJsonAsync(
            "/users", new { email = "ANNA" + name, password = ServiceFixture.UserPassword, role = "USER" });

        Assert.Equal("anna" + name, (await created.JsonAsync()).GetProperty("email").GetString());
        await again.ProblemAsync(409, "user_exists");
        foreach (var form in new[] { "anna", "ａｎｎa", "ANNA" })
        {
            Assert.Equal(HttpStatusCode.OK, await LoginAsync(new TestUser("", form + name), ServiceFixture.UserPassword));
        }
    }

    [Theory]
    [InlineData("zero\u200bwidth@example.org")]
    [InlineData("p\u0430ul@example.org")]
    public async Task Create_WithAnEmailThatLooksLikeAnother_Is400(string email)
    {
        using var admin = await service.AdminAsync();

        using var response = await admin.PostAsJsonAsync("/users", new { email, password = ServiceFixture.UserPassword, role = "USER" });

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal(["email"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string current, string next) =>
        client.PostAsJsonAsync("/auth/password", new { current, @new = next });

    private async Task<string> ResetAsync(TestUser user)
    {
        using var admin = await service.AdminAsync();
        using var response = await admin.PostAsync($"/users/{user.Id}/reset-password", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal(["one_time_password"], answer.EnumerateObject().Select(p => p.Name));
        return answer.GetProperty("one_time_password").GetString()!;
    }

    private async Task<HttpStatusCode> LoginAsync(TestUser user, string password)
    {
        using var client = service.Anonymous();
        using var response = await client.PostAsJsonAsync("/auth/login", new { email = user.Email, password });
        return response.StatusCode;
    }
}
