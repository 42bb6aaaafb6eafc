using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModelOps.WebApi.Tests.Auth;

public sealed class AccessTokenOnSqliteTests(QuickFixture service) : AccessTokenTests(service), IClassFixture<QuickFixture>;

public sealed class AccessTokenOnPostgreSqlTests(PostgreSqlQuickFixture service) : AccessTokenTests(service.Required()),
    IClassFixture<PostgreSqlQuickFixture>;

/// <summary>Writes times of last use at once, and moves the clock.</summary>
public class QuickFixture : ClockedFixture
{
    public QuickFixture()
        : this(ModelOps.TestSupport.Provider.Sqlite)
    {
    }

    protected QuickFixture(ModelOps.TestSupport.Provider provider)
        : base(provider) => Settings["ModelOps:Timing:LastUseSeconds"] = "0.05";
}

public sealed class PostgreSqlQuickFixture() : QuickFixture(ModelOps.TestSupport.Provider.PostgreSql);

public abstract class AccessTokenTests(QuickFixture service)
{
    [Fact]
    public async Task Token_OfAUser_WorksForItsOwnerUntilItIsRemoved()
    {
        var user = await service.CreateUserAsync();
        using var owner = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        var (id, token) = await CreateAsync(owner, new { name = "nightly", expires_at = Ahead(30) });
        using var script = Script(token);

        var me = await script.JsonAsync("/auth/me");

        Assert.StartsWith("modelops_pat_", token, StringComparison.Ordinal);
        Assert.Equal(user.Email, me.GetProperty("email").GetString());
        Assert.Equal(["USER"], me.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!));
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/model/versions")).StatusCode);

        // Signing out ends sessions, not tokens.
        using var signedOut = await owner.PostAsync("/auth/logout", null);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/auth/me")).StatusCode);

        using var again = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        using var removed = await again.DeleteAsync($"/auth/tokens/{id}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await (await script.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
        await (await again.DeleteAsync($"/auth/tokens/{id}")).ProblemAsync(404, "token_not_found");
    }

    [Fact]
    public async Task List_ShowsWhatAndWhen_ButNeverTheToken()
    {
        var user = await service.CreateUserAsync();
        using var owner = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        await CreateAsync(owner, new { name = "unused", expires_at = Ahead(1) });
        var (id, token) = await CreateAsync(owner, new { name = "used", role = "USER", expires_at = Ahead(1), scopes = new[] { "read" } });
        using var script = Script(token);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/auth/me")).StatusCode);

        JsonElement listed = default;
        await Api.UntilAsync(
            async () => (listed = (await owner.JsonAsync("/auth/tokens")).GetProperty("tokens"))[0].GetProperty("last_used_at").ValueKind
                == JsonValueKind.String,
            "the time of last use");

        Assert.Equal(["used", "unused"], listed.EnumerateArray().Select(t => t.GetProperty("name").GetString()!));
        Assert.Equal(["id", "name", "role", "scopes", "created_at", "expires_at", "last_used_at"],
            listed[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(id, listed[0].GetProperty("id").GetString());
        Assert.Equal(["read"], listed[0].GetProperty("scopes").EnumerateArray().Select(s => s.GetString()!));
        Assert.Equal(JsonValueKind.Null, listed[1].GetProperty("scopes").ValueKind);
        Assert.Equal(JsonValueKind.Null, listed[1].GetProperty("last_used_at").ValueKind);
        Assert.DoesNotContain(token, listed.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_ThatIsUsed_ShowsWhen()
    {
        var user = await service.CreateUserAsync();
        using var client = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        service.Clock.Advance(TimeSpan.FromMinutes(2));

        await Api.UntilAsync(
            async () => (await client.JsonAsync("/auth/sessions")).GetProperty("sessions")[0] is var session
                && session.GetProperty("last_seen_at").GetDateTime() > session.GetProperty("created_at").GetDateTime().AddMinutes(1),
            "the time of last use");
    }

    [Fact]
    public async Task Token_WithoutAScope_MayDoWhatItsRoleMay()
    {
        using var admin = await service.AdminAsync();
        var (_, all) = await CreateAsync(admin, new { name = "all", expires_at = Ahead(1) });
        var (_, lower) = await CreateAsync(admin, new { name = "lower", role = "USER", expires_at = Ahead(1) });
        var (_, scoped) = await CreateAsync(admin, new { name = "scoped", expires_at = Ahead(1), scopes = new[] { "read" } });

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(all, HttpMethod.Get, "/users"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(lower, HttpMethod.Get, "/users"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(scoped, HttpMethod.Get, "/users"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(scoped, HttpMethod.Get, "/model/versions"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(scoped, HttpMethod.Post, "/model/predict"));
    }

    [Fact]
    public async Task Token_NeverCreatesSessionsOrTokensOrPasswords()
    {
        using var admin = await service.AdminAsync();
        var (id, token) = await CreateAsync(admin, new { name = "all", expires_at = Ahead(1) });
        var user = await service.CreateUserAsync();
        using var script = Script(token);

        await (await script.PostAsJsonAsync("/auth/tokens", new { name = "more", expires_at = Ahead(1) }))
            .ProblemAsync(403, "session_required");
        await (await script.PostAsJsonAsync("/auth/password", new { current = ServiceFixture.AdminPassword, @new = "another one of 22" }))
            .ProblemAsync(403, "session_required");
        await (await script.PostAsync($"/users/{user.Id}/reset-password", null)).ProblemAsync(403, "session_required");
        await (await script.GetAsync("/auth/tokens")).ProblemAsync(403, "session_required");
        await (await script.DeleteAsync($"/auth/tokens/{id}")).ProblemAsync(403, "session_required");
        await (await script.GetAsync("/auth/sessions")).ProblemAsync(403, "session_required");
        await (await script.PostAsync("/auth/logout", null)).ProblemAsync(403, "session_required");
        await (await script.PostAsJsonAsync("/auth/refresh", new { refresh_token = token })).ProblemAsync(401, "invalid_token");
    }

    [Theory]
    [InlineData("""{"disabled": true}""")]
    [InlineData("")]
    public async Task Token_OfADisabledOrDeletedOwner_IsDeadAtOnce(string change)
    {
        var user = await service.CreateUserAsync();
        using var owner = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        var (_, token) = await CreateAsync(owner, new { name = "x", expires_at = Ahead(1) });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Get, "/auth/me"));
        using var admin = await service.AdminAsync();

        using var changed = change.Length == 0
            ? await admin.DeleteAsync($"/users/{user.Id}")
            : await admin.PatchAsync($"/users/{user.Id}", new StringContent(change, MediaTypeHeaderValue.Parse("application/json")));

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Get, "/auth/me"));
    }

    [Fact]
    public async Task Token_OfADemotedOwner_HasTheLowerRoleAtOnce()
    {
        var user = await service.CreateUserAsync("ADMIN");
        using var owner = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        var (_, token) = await CreateAsync(owner, new { name = "x", role = "ADMIN", expires_at = Ahead(1) });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Get, "/users"));
        using var admin = await service.AdminAsync();

        using var changed = await admin.PatchAsJsonAsync($"/users/{user.Id}", new { role = "CLINICIAN" });

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(token, HttpMethod.Get, "/users"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Get, "/auth/me"));
    }

    [Fact]
    public async Task Token_WhenItsTimeIsOver_Is401()
    {
        var user = await service.CreateUserAsync();
        using var owner = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        var (_, token) = await CreateAsync(owner, new { name = "x", expires_at = Ahead(1) });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Get, "/auth/me"));

        service.Clock.Advance(TimeSpan.FromDays(1.01));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Get, "/auth/me"));
    }

    [Theory]
    [InlineData("""{"name": "", "expires_at": "AHEAD"}""", "name")]
    [InlineData("""{"name": "x\u0007", "expires_at": "AHEAD"}""", "name")]
    [InlineData("""{"name": "x"}""", "expires_at")]
    [InlineData("""{"name": "x", "expires_at": "2001-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name": "x", "expires_at": "9999-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name": "x", "expires_at": "AHEAD", "role": "ADMIN"}""", "role")]
    [InlineData("""{"name": "x", "expires_at": "AHEAD", "role": "root"}""", "role")]
    [InlineData("""{"name": "x", "expires_at": "AHEAD", "scopes": []}""", "scopes")]
    [InlineData("""{"name": "x", "expires_at": "AHEAD", "scopes": ["everything"]}""", "scopes")]
    [InlineData("""{"name": "x", "expires_at": "AHEAD", "scopes": ["read", "read"]}""", "scopes")]
    public async Task Create_WhenAFieldBreaksARule_NamesIt(string body, string field)
    {
        using var user = await service.UserAsync();

        using var response = await user.PostTextAsync(
            "/auth/tokens", body.Replace("AHEAD", Ahead(1).ToString("O"), StringComparison.Ordinal));

        var problem = await response.ProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    [InlineData("Bearer")]
    public async Task Scheme_InAnyLetterCase_Works(string scheme)
    {
        var user = await service.CreateUserAsync();
        var tokens = await service.LoginAsync(user.Email, ServiceFixture.UserPassword);
        using var owner = await service.SignedInAsync(user.Email, ServiceFixture.UserPassword);
        var (_, personal) = await CreateAsync(owner, new { name = "x", expires_at = Ahead(1) });
        using var client = service.Anonymous();

        foreach (var token in new[] { tokens.AccessToken, personal })
        {
            using var response = await client.GetAsync("/auth/me", ("Authorization", $"{scheme} {token}"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("modelops_pat_")]
    [InlineData("modelops_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Token_WhenUnknown_Is401AndOpenEndpointsAreOpen(string token)
    {
        using var script = Script(token);

        await (await script.GetAsync("/auth/me")).ProblemAsync(401, "invalid_token");
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/health/live")).StatusCode);
    }

    private DateTime Ahead(int days) => service.Clock.GetUtcNow().UtcDateTime.AddDays(days);

    private static async Task<(string Id, string Token)> CreateAsync(HttpClient owner, object body)
    {
        using var response = await owner.PostAsJsonAsync("/auth/tokens", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var created = await response.JsonAsync();
        Assert.Equal(["id", "token"], created.EnumerateObject().Select(p => p.Name));
        return (created.GetProperty("id").GetString()!, created.GetProperty("token").GetString()!);
    }

    private HttpClient Script(string token)
    {
        var client = service.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<HttpStatusCode> StatusAsync(string token, HttpMethod method, string path)
    {
        using var script = Script(token);
        using var response = await script.SendAsync(new HttpRequestMessage(method, path));
        return response.StatusCode;
    }
}
