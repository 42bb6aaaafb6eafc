using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ModelOps.WebApi.Tests.Auth;

[Collection(ServiceCollection.Name)]
public sealed class CookieOnSqliteTests(ServiceFixture service) : CookieTests(service);

[Collection(PostgreSqlServiceCollection.Name)]
public sealed class CookieOnPostgreSqlTests(PostgreSqlServiceFixture service) : CookieTests(service.Required());

public abstract class CookieTests(ServiceFixture service)
{
    private const string NewUser = """{"email": "nobody", "password": "", "role": ""}""";

    [Fact]
    public async Task Read_WithTheSessionCookie_Works()
    {
        using var client = await SignedInByCookieAsync();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/users")).StatusCode);
    }

    [Theory]
    [InlineData("POST", "/users")]
    [InlineData("PATCH", "/users/x")]
    [InlineData("DELETE", "/users/x")]
    public async Task Change_WithTheSessionCookieAlone_NeedsTheAntiforgeryToken(string method, string path)
    {
        using var client = await SignedInByCookieAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("X-CSRF-TOKEN", "made up");

        await (await client.SendAsync(request)).ProblemAsync(400, "antiforgery_required");
        using var bare = new HttpRequestMessage(new HttpMethod(method), path);
        await (await client.SendAsync(bare)).ProblemAsync(400, "antiforgery_required");
    }

    [Fact]
    public async Task Change_WithCookieAndAntiforgeryToken_IsLookedAt()
    {
        using var client = await SignedInByCookieAsync(withAntiforgery: true);

        using var response = await client.PostAsync("/users", new StringContent(NewUser, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));

        await response.ProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Session_OfADisabledUser_Ends()
    {
        var user = await service.CreateUserAsync();
        using var client = await SignedInByCookieAsync(user.Email, ServiceFixture.UserPassword);
        using var before = await client.GetAsync("/auth/me");
        using var admin = await service.AdminAsync();
        using var changed = await admin.PatchAsJsonAsync($"/users/{user.Id}", new { disabled = true });

        using var after = await client.GetAsync("/auth/me");

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await after.ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Api_ForABrowserWithoutCookie_IsAPageAndNeverARedirect()
    {
        using var client = service.CreateDefaultClient();
        client.DefaultRequestHeaders.Add("Accept", "text/html");

        using var response = await client.GetAsync("/users");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("href=\"/login?ReturnUrl=%2Fusers\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<HttpClient> SignedInByCookieAsync(
        string email = ServiceFixture.AdminEmail, string password = ServiceFixture.AdminPassword, bool withAntiforgery = false)
    {
        var tokens = await service.LoginAsync(email, password);
        var bearer = service.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get("Bearer");
        var user = bearer.BearerTokenProtector.Unprotect(tokens.AccessToken)!.Principal;
        var cookie = service.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get("Session");
        var properties = new AuthenticationProperties { IssuedUtc = DateTimeOffset.UtcNow, ExpiresUtc = DateTimeOffset.UtcNow.AddHours(1) };
        var cookies = $"{cookie.Cookie.Name}={cookie.TicketDataFormat.Protect(new AuthenticationTicket(user, properties, "Session"))}";
        var client = service.Anonymous();
        if (withAntiforgery)
        {
            var token = Antiforgery(user);
            cookies += $"; modelops.csrf={token.CookieToken}";
            client.DefaultRequestHeaders.Add("X-CSRF-TOKEN", token.RequestToken);
        }

        client.DefaultRequestHeaders.Add("Cookie", cookies);
        return client;
    }

    private AntiforgeryTokenSet Antiforgery(ClaimsPrincipal user)
    {
        using var scope = service.Services.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, User = user };
        return scope.ServiceProvider.GetRequiredService<IAntiforgery>().GetTokens(context);
    }
}
