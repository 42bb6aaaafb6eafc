using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.WebApi.Tests.Auth.Hospital;
using ModelOps.WebApi.Auth;

namespace ModelOps.WebApi.Tests.Auth;

[Collection(ServiceCollection.Name)]
public sealed class EndpointOnSqliteTests(ServiceFixture service) : EndpointTests(service);

[Collection(PostgreSqlServiceCollection.Name)]
public sealed class EndpointOnPostgreSqlTests(PostgreSqlServiceFixture service) : EndpointTests(service.Required());

public sealed class EndpointWithTheHospitalsSignInTests(HospitalFixture service) : EndpointTests(service), IClassFixture<HospitalFixture>;

/// <summary>Looks at every endpoint there is, so that a forgotten one is found by a test and not by a stranger.</summary>
public abstract class EndpointTests(ServiceFixture service)
{
    /// <summary>What anybody may call. Think twice before adding a line.</summary>
    private static readonly string[] Open =
    [
        "POST /auth/login",
        "POST /auth/refresh",
        "GET /openapi/{documentName}.json",
        "GET /scalar/{documentName?}",
        "GET /scalar/scalar.js",
        "GET /scalar/scalar.aspnetcore.js",
        "GET /scalar/favicon.svg",
        "GET /health/live",
        "GET /health/ready",
        "GET /login",
        "POST /login",
        "GET /login/oidc",
        "GET /logout/oidc",
    ];

    /// <summary>What somebody without the role ADMIN may send although it isn't a read.</summary>
    private static readonly string[] UnsafeForUsers =
    [
        "POST /auth/login",
        "POST /auth/refresh",
        "POST /auth/logout",
        "DELETE /auth/sessions/{id}",
        "POST /auth/password",
        "POST /auth/tokens",
        "DELETE /auth/tokens/{id}",
        "POST /model/predict",
        "POST /model/predict/batch",
    ];

    /// <summary>A library that registers it would slow down every request; see <see cref="CurrentUser"/>.</summary>
    [Fact]
    public void Services_HaveNoAccessorOfTheCurrentRequest() => Assert.Null(service.Services.GetService<IHttpContextAccessor>());

    [Fact]
    public void Endpoint_WhenOpen_IsOnTheList()
    {
        var open = Endpoints().Where(e => e.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(e => e.Name);

        Assert.Empty(open.Except(Open));
    }

    [Fact]
    public void Endpoint_WhenUnsafe_AsksForAdminOrClinician()
    {
        var unprotected = Endpoints()
            .Where(e => e.IsController && e.Method is not ("GET" or "HEAD" or "OPTIONS") && !AsksForMoreThanAUser(e.Endpoint))
            .Select(e => e.Name);

        Assert.Empty(unprotected.Except(UnsafeForUsers));
    }

    [Fact]
    public async Task AdminEndpoint_WithAUsersToken_Is403()
    {
        using var user = await service.UserAsync();
        var tried = 0;
        foreach (var endpoint in Endpoints().Where(e => e.IsController && AsksForMoreThanAUser(e.Endpoint)))
        {
            using var response = await user.SendAsync(endpoint.Request());
            Assert.True((int)response.StatusCode == 403, $"{endpoint.Name}: {(int)response.StatusCode}");
            await response.ProblemAsync(403, "forbidden");
            tried++;
        }

        Assert.True(tried > 0);
    }

    [Fact]
    public async Task AdminEndpoint_WithACliniciansToken_Is403AndTheOthersArent()
    {
        var clinician = await service.CreateUserAsync("CLINICIAN");
        using var client = await service.SignedInAsync(clinician.Email, ServiceFixture.UserPassword);
        foreach (var endpoint in Endpoints().Where(e => e.IsController && AsksForMoreThanAUser(e.Endpoint)))
        {
            using var response = await client.SendAsync(endpoint.Request());
            Assert.True(
                AsksForAdmin(endpoint.Endpoint) == ((int)response.StatusCode == 403), $"{endpoint.Name}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task Endpoint_WithoutAScope_IsDeniedToATokenWithAllScopes()
    {
        using var admin = await service.AdminAsync();
        string[] scopes = ["read", "predict", "train", "data"];
        using var created = await admin.PostAsJsonAsync(
            "/auth/tokens", new { name = "all scopes", expires_at = DateTime.UtcNow.AddDays(1), scopes });
        using var script = service.Anonymous();
        script.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await created.JsonAsync()).GetProperty("token").GetString());
        var denied = new List<string>();
        foreach (var endpoint in Endpoints().Where(e => e.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
            && e.Endpoint.Metadata.GetMetadata<TokenScopeAttribute>() is null))
        {
            using var response = await script.SendAsync(endpoint.Request());
            Assert.True((int)response.StatusCode == 403, $"{endpoint.Name}: {(int)response.StatusCode}");
            denied.Add(endpoint.Name);
        }

        Assert.Superset(
            new HashSet<string> { "POST /model/activate", "POST /users", "POST /auth/tokens", "POST /auth/password", "GET /auth/sessions" },
            denied.ToHashSet());
    }

    [Fact]
    public async Task ProtectedEndpoint_WithoutToken_Is401()
    {
        using var client = service.Anonymous();
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var tried = 0;
        foreach (var endpoint in Endpoints().Where(e => e.IsController && e.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            using var response = await client.SendAsync(endpoint.Request());
            Assert.True((int)response.StatusCode == 401, $"{endpoint.Name}: {(int)response.StatusCode}");
            await response.ProblemAsync(401, "unauthenticated");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
            tried++;
        }

        Assert.True(tried > 0);
    }

    private static bool AsksForMoreThanAUser(Endpoint endpoint) =>
        endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy is "Admin" or "Clinician");

    private static bool AsksForAdmin(Endpoint endpoint) =>
        endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy == "Admin");

    private IEnumerable<Listed> Endpoints() =>
        from endpoint in service.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<ControllerActionDescriptor>()?.ControllerTypeInfo.Assembly != typeof(EndpointTests).Assembly

        // Scripts and styles of the pages: the same for everybody, and needed to sign in.
        where endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select new Listed(endpoint, method);

    private sealed record Listed(RouteEndpoint Endpoint, string Method)
    {
        public string Name => $"{Method} /{Endpoint.RoutePattern.RawText?.TrimStart('/')}";

        public bool IsController => Endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is not null;

        public HttpRequestMessage Request() => new(new HttpMethod(Method), "/" + string.Join('/', Endpoint.RoutePattern.PathSegments
            .Select(segment => string.Concat(segment.Parts.Select(part =>
                part is RoutePatternLiteralPart literal ? literal.Content : "1")))));
    }
}
