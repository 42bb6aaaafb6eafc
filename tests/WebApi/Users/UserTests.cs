using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Users;

[Collection(ServiceCollection.Name)]
public sealed class UserOnSqliteTests(ServiceFixture service) : UserTests(service);

[Collection(PostgreSqlServiceCollection.Name)]
public sealed class UserOnPostgreSqlTests(PostgreSqlServiceFixture service) : UserTests(service.Required());

public abstract class UserTests(ServiceFixture service)
{
    [Fact]
    public async Task Create_WhenNew_AnswersTheUserAndItsPlace()
    {
        using var admin = await service.AdminAsync();
        var email = $"{Guid.NewGuid():N}@Example.org";

        using var response = await admin.PostAsJsonAsync("/users", new { email, password = ServiceFixture.UserPassword, role = "USER" });
        var user = await response.JsonAsync();

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"/users/{user.GetProperty("id").GetString()}", response.Headers.Location?.OriginalString);
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal("USER", user.GetProperty("role").GetString());
        Assert.False(user.GetProperty("disabled").GetBoolean());
        Assert.EndsWith("Z", user.GetProperty("created_at").GetString(), StringComparison.Ordinal);
        Assert.Equal(["id", "email", "role", "disabled", "created_at"], user.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Create_WhenTheSameTenTimesAtOnce_MakesOne()
    {
        using var admin = await service.AdminAsync();
        var email = $"{Guid.NewGuid():N}@example.org";

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => admin.PostAsJsonAsync(
            "/users", new { email = i % 2 == 0 ? email : email.ToUpperInvariant(), password = ServiceFixture.UserPassword, role = "USER" })));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
        {
            await refused.ProblemAsync(409, "user_exists");
        }
    }

    [Theory]
    [InlineData("not an address", ServiceFixture.UserPassword, "USER", "email")]
    [InlineData("a b@example.org", ServiceFixture.UserPassword, "USER", "email")]
    [InlineData("a@example.org", "elevenchars", "USER", "password")]
    [InlineData("a@example.org", ServiceFixture.UserPassword, "ROOT", "role")]
    [InlineData("a@example.org", ServiceFixture.UserPassword, "admin", "role")]
    public async Task Create_WhenAFieldBreaksARule_NamesIt(string email, string password, string role, string field)
    {
        using var admin = await service.AdminAsync();

        using var response = await admin.PostAsJsonAsync("/users", new { email, password, role });

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.DoesNotContain(password, problem.GetRawText(), StringComparison.Ordinal);
        if (field == "password")
        {
            Assert.Contains("12 characters", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task List_PageByPage_ShowsEachUserOnce()
    {
        for (var i = 0; i < 5; i++)
        {
            await service.CreateUserAsync();
        }

        using var admin = await service.AdminAsync();
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await admin.GetFromJsonAsync<JsonElement>($"/users?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.AddRange(page.GetProperty("users").EnumerateArray().Select(u => u.GetProperty("email").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        var all = await admin.GetFromJsonAsync<JsonElement>("/users?limit=200");
        Assert.Equal(all.GetProperty("users").EnumerateArray().Select(u => u.GetProperty("email").GetString()!), paged);
        Assert.Equal(paged.Count, paged.Distinct().Count());
        Assert.Contains(ServiceFixture.AdminEmail, paged);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("cursor=%2e%2e%2f", "cursor")]
    [InlineData("cursor=AAAA", "cursor")]
    public async Task List_WhenThePageIsNonsense_Is400(string query, string field)
    {
        using var admin = await service.AdminAsync();

        var problem = await (await admin.GetAsync($"/users?{query}")).ProblemAsync(400, "validation_failed");

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Change_OfRole_GivesTheOtherRights()
    {
        var user = await service.CreateUserAsync();
        using var admin = await service.AdminAsync();

        var changed = await (await admin.PatchAsJsonAsync($"/users/{user.Id}", new { role = "ADMIN" })).JsonAsync();
        using var promoted = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);

        Assert.Equal("ADMIN", changed.GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.OK, (await promoted.GetAsync("/users")).StatusCode);
        using var removed = await admin.DeleteAsync($"/users/{user.Id}");
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
    }

    [Fact]
    public async Task Change_WhenNothingIsGiven_Is400()
    {
        var user = await service.CreateUserAsync();
        using var admin = await service.AdminAsync();

        await (await admin.PatchAsJsonAsync($"/users/{user.Id}", new { })).ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Delete_Twice_Is404AndEndsTheToken()
    {
        var user = await service.CreateUserAsync();
        using var living = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        using var before = await living.GetAsync("/auth/me");
        using var admin = await service.AdminAsync();

        var answer = await (await admin.DeleteAsync($"/users/{user.Id}")).JsonAsync();

        Assert.True(answer.GetProperty("success").GetBoolean());
        await (await admin.DeleteAsync($"/users/{user.Id}")).ProblemAsync(404, "user_not_found");
        await (await living.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("'; drop table users")]
    public async Task Change_WhenUnknown_Is404(string id)
    {
        using var admin = await service.AdminAsync();

        await (await admin.PatchAsJsonAsync($"/users/{id}", new { disabled = true })).ProblemAsync(404, "user_not_found");
    }
}
