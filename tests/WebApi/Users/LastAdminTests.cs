using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Users;

public sealed class LastAdminOnSqliteTests() : LastAdminTests(Provider.Sqlite);

public sealed class LastAdminOnPostgreSqlTests() : LastAdminTests(Provider.PostgreSql);

/// <summary>Each on a service where nobody else is administrator.</summary>
public abstract class LastAdminTests(Provider provider)
{
    [Fact]
    public async Task LastAdmin_WhenRemovedDisabledOrDemoted_Stays()
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();
        var id = await AdminIdAsync(admin);

        await (await admin.DeleteAsync($"/users/{id}")).ProblemAsync(409, "last_admin");
        await (await admin.PatchAsJsonAsync($"/users/{id}", new { disabled = true })).ProblemAsync(409, "last_admin");
        await (await admin.PatchAsJsonAsync($"/users/{id}", new { role = "USER" })).ProblemAsync(409, "last_admin");
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchAsJsonAsync($"/users/{id}", new { role = "ADMIN" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/users")).StatusCode);
    }

    [Fact]
    public async Task LastAdmin_WhenTheOtherAdminIsDisabled_Stays()
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        using var admin = await service.AdminAsync();
        var other = await service.CreateUserAsync("ADMIN");
        using var disabled = await admin.PatchAsJsonAsync($"/users/{other.Id}", new { disabled = true });

        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);
        await (await admin.DeleteAsync($"/users/{await AdminIdAsync(admin)}")).ProblemAsync(409, "last_admin");
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchAsJsonAsync($"/users/{other.Id}", new { role = "USER" })).StatusCode);
    }

    [Theory]
    [InlineData("demote")]
    [InlineData("disable")]
    [InlineData("delete")]
    public async Task TwoAdmins_WhoRemoveEachOtherAtOnce_LeaveOne(string how)
    {
        await using var service = await ServiceFixture.StartAsync(provider);
        for (var round = 0; round < 5; round++)
        {
            using var one = await service.AdminAsync();
            var firstId = await AdminIdAsync(one);
            var second = await service.CreateUserAsync("ADMIN");
            using var two = await service.SignedInAsync(second.Email, ServiceFixture.UserPassword);

            var answers = await Task.WhenAll(RemoveAsync(one, second.Id, how), RemoveAsync(two, firstId, how));

            // The loser is refused as last_admin or, where the winner was through already, is no longer signed in.
            Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
            Assert.Single(answers, a => a.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.Unauthorized);
            if (!answers[0].IsSuccessStatusCode)
            {
                await RestoreAsync(two, firstId, how);
            }

            using var again = await service.AdminAsync();
            await again.DeleteAsync($"/users/{second.Id}");
        }
    }

    private static Task<HttpResponseMessage> RemoveAsync(HttpClient by, string id, string how) => how switch
    {
        "demote" => by.PatchAsJsonAsync($"/users/{id}", new { role = "USER" }),
        "disable" => by.PatchAsJsonAsync($"/users/{id}", new { disabled = true }),
        _ => by.DeleteAsync($"/users/{id}"),
    };

    private static async Task<string> AdminIdAsync(HttpClient admin) =>
        (await admin.GetFromJsonAsync<JsonElement>("/users?limit=200")).GetProperty("users").EnumerateArray()
        .Single(u => u.GetProperty("email").GetString() == ServiceFixture.AdminEmail).GetProperty("id").GetString()!;

    private static async Task RestoreAsync(HttpClient winner, string firstId, string how)
    {
        using var restored = how == "delete"
            ? await winner.PostAsJsonAsync("/users", new { email = ServiceFixture.AdminEmail, password = ServiceFixture.AdminPassword, role = "ADMIN" })
            : await winner.PatchAsJsonAsync($"/users/{firstId}", new { role = "ADMIN", disabled = false });
        Assert.True(restored.IsSuccessStatusCode);
    }
}
