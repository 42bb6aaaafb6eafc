using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.WebApi.Tests.Http;

namespace ModelOps.WebApi.Tests.Auth;

/// <summary>
/// Calls every endpoint that the service has with every kind of credentials. <see cref="Table"/> says who may use which endpoint; an
/// endpoint that isn't in it fails the test, and so does a line without an endpoint.
/// </summary>
public sealed class AccessTableTests(ClockedFixture service) : IClassFixture<ClockedFixture>
{
    /// <summary>
    /// A line: who may use the endpoint, the endpoint, and the scopes of personal access tokens of which one suffices. <c>anybody</c> needs
    /// no credentials, <c>user</c>, <c>clinician</c> and <c>admin</c> are the lowest role, and <c>session</c> behind a role refuses every
    /// personal access token. A token with scopes is refused where none is named.
    /// </summary>
    private const string Table = """
        anybody         POST   /auth/login
        anybody         POST   /auth/refresh
        user session    POST   /auth/logout
        user session    GET    /auth/sessions
        user session    DELETE /auth/sessions/{id}
        user session    POST   /auth/password
        user session    POST   /auth/tokens
        user session    GET    /auth/tokens
        user session    DELETE /auth/tokens/{id}
        user            GET    /auth/me read predict train data
        admin           POST   /model/upload-dataset data
        admin           POST   /model/datasets/preview data
        admin           GET    /model/datasets/mappings data
        admin           GET    /model/datasets/mappings/{name} data
        admin           PUT    /model/datasets/mappings/{name} data
        admin           DELETE /model/datasets/mappings/{name} data
        user            GET    /model/datasets read data train
        user            GET    /model/datasets/{name} read data train
        admin           PATCH  /model/datasets/{name} data
        admin           GET    /model/datasets/{name}/rows.csv data
        admin           DELETE /model/datasets/{name} data
        anybody         GET    /health/live
        anybody         GET    /health/ready
        clinician       GET    /predictions read
        clinician       POST   /predictions/{predictionId}/label data
        clinician       PATCH  /predictions/{predictionId}/label data
        user            POST   /model/predict predict
        user            POST   /model/predict/batch predict
        admin           POST   /records data
        admin           POST   /records/import data
        admin           POST   /records/forget data
        admin           GET    /records data
        admin           GET    /records/{id} data
        admin           PATCH  /records/{id} data
        admin           DELETE /records/{id} data
        admin           GET    /records/imports data
        admin           GET    /records/imports/{id} data
        admin           DELETE /records/imports/{id} data
        user            GET    /records/summary read data train
        admin           POST   /model/retrain train
        admin           POST   /model/versions/{version}/reproduce train
        user            GET    /model/jobs read train
        user            GET    /model/jobs/{jobId} read train
        admin           POST   /model/jobs/{jobId}/cancel train
        user            GET    /model/jobs/{jobId}/events read train
        admin           GET    /users
        admin           POST   /users
        admin           PATCH  /users/{id}
        admin session   POST   /users/{id}/reset-password
        admin           DELETE /users/{id}
        user            GET    /model/versions read
        user            GET    /model/versions/{version} read
        user            GET    /model/versions/{version}/profile read
        admin           PATCH  /model/versions/{version} train
        user            GET    /model/versions/{version}/files/{name} read
        user            GET    /model/active read predict
        admin           POST   /model/activate
        admin           POST   /model/rollback
        user            GET    /model/activations read
        user            GET    /model/compare read
        admin           DELETE /model/version/{version}
        admin           GET    /hangfire/{**path}
        admin           GET    /metrics
        admin           HEAD   /metrics
        anybody         GET    /openapi/{documentName}.json
        anybody         GET    /scalar/{documentName?}
        anybody         GET    /scalar/scalar.js
        anybody         GET    /scalar/scalar.aspnetcore.js
        anybody         GET    /scalar/favicon.svg
        anybody         GET    /login
        anybody         POST   /login
        user            POST   /logout
        user            GET    /
        user            POST   /
        user            GET    /account
        user            POST   /account
        admin           GET    /accounts
        admin           POST   /accounts
        user            GET    /compare
        user            POST   /compare
        user            GET    /data
        user            POST   /data
        user            GET    /data/{Name}
        user            POST   /data/{Name}
        user            GET    /history
        user            POST   /history
        admin           GET    /labelled-records
        admin           POST   /labelled-records
        clinician       GET    /predicted
        clinician       POST   /predicted
        user            GET    /not-found
        user            POST   /not-found
        admin           GET    /retrain
        admin           POST   /retrain
        admin           GET    /system
        admin           POST   /system
        user            GET    /trainings
        user            POST   /trainings
        user            GET    /trainings/{JobId:guid}
        user            POST   /trainings/{JobId:guid}
        user            GET    /trend
        user            POST   /trend
        user            GET    /try
        user            POST   /try
        user            GET    /versions
        user            POST   /versions
        user            GET    /versions/{Name}
        user            POST   /versions/{Name}
        user            GET    /_blazor
        user            GET    /_blazor/negotiate
        user            GET    /_blazor/disconnect/
        user            GET    /_blazor/initializers/
        user            GET    /_framework/opaque-redirect
        """;

    [Fact]
    public async Task Endpoint_WithEachKindOfCredentials_AnswersAsTheTableSays()
    {
        var rules = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Rule.Parse).ToDictionary(rule => rule.Endpoint);
        var endpoints = Endpoints().DistinctBy(endpoint => endpoint.Name).ToArray();
        Assert.Empty(endpoints.Select(endpoint => endpoint.Name).Except(rules.Keys));
        Assert.Empty(rules.Keys.Except(endpoints.Select(endpoint => endpoint.Name)));

        using var client = service.Browser();
        List<string> wrong = [];
        var identities = await IdentitiesAsync();

        // The sign-out comes last, because it ends the session that the other requests use.
        foreach (var endpoint in endpoints.OrderBy(endpoint => endpoint.Name == "POST /auth/logout"))
        {
            foreach (var identity in identities)
            {
                using var request = endpoint.Request();
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
                request.Headers.Authorization = identity.Token is null ? null : new AuthenticationHeaderValue("Bearer", identity.Token);
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

                var expected = rules[endpoint.Name].For(identity);
                var status = (int)response.StatusCode;
                if (expected != (status is 401 or 403 ? status : 200) || status >= 500)
                {
                    wrong.Add($"{endpoint.Name} with {identity.Name}: {status} instead of {(expected == 200 ? "an answer" : expected)}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public async Task Endpoint_ThatChangesSomething_WithTheSessionCookieAlone_NeedsTheAntiforgeryToken()
    {
        using var browser = service.Browser();
        using (var signedIn = await browser.SignInAsync())
        {
            browser.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie")
                .Single(cookie => cookie.StartsWith("modelops.session=", StringComparison.Ordinal)).Split(';')[0]);
        }

        var tried = 0;
        foreach (var endpoint in Endpoints().Where(e => e.ChangesSomething))
        {
            using var response = await browser.SendAsync(endpoint.Request());
            Assert.True((int)response.StatusCode == 400, $"{endpoint.Name}: {(int)response.StatusCode}");
            await response.ProblemAsync(400, "antiforgery_required");
            tried++;
        }

        Assert.InRange(tried, 15, 100);
        using var read = await browser.GetAsync("/auth/me");
        Assert.Equal(System.Net.HttpStatusCode.OK, read.StatusCode);
    }

    /// <summary>A new kind of credentials is one line here.</summary>
    private async Task<Identity[]> IdentitiesAsync()
    {
        var (user, clinician) = (await service.CreateUserAsync(), await service.CreateUserAsync("CLINICIAN"));
        var expired = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        service.Clock.Advance(TimeSpan.FromMinutes(16));
        await using var elsewhere = await ServiceFixture.StartAsync();
        var foreign = await elsewhere.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        var admin = await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword);
        return
        [
            new("nothing", Role.None, null),
            new("garbage", Role.None, "garbage"),
            new("a made-up personal token", Role.None, "modelops_pat_" + new string('a', 43)),
            new("an expired token", Role.None, expired.AccessToken),
            new("a refresh token", Role.None, admin.RefreshToken),
            new("another installation's token", Role.None, foreign.AccessToken),
            new("a signed-out ADMIN", Role.None, await SignedOutAsync()),
            new("a disabled ADMIN", Role.None, await DisabledAsync()),
            new("USER", Role.User, (await service.LoginAsync(user.Email, ServiceFixture.UserPassword)).AccessToken),
            new("CLINICIAN", Role.Clinician, (await service.LoginAsync(clinician.Email, ServiceFixture.UserPassword)).AccessToken),
            new("ADMIN", Role.Admin, admin.AccessToken),
            new("USER's personal token", Role.User, await PersonalAsync(user.Email), []),
            new("CLINICIAN's personal token", Role.Clinician, await PersonalAsync(clinician.Email), []),
            new("ADMIN's personal token", Role.Admin, await PersonalAsync(), []),
            new("ADMIN's personal token with the role USER", Role.User, await PersonalAsync(role: "USER"), []),
            new("ADMIN's personal token for reading", Role.Admin, await PersonalAsync(scopes: "read"), ["read"]),
            new("ADMIN's personal token for predicting", Role.Admin, await PersonalAsync(scopes: "predict"), ["predict"]),
            new("ADMIN's personal token for training", Role.Admin, await PersonalAsync(scopes: "train"), ["train"]),
            new("ADMIN's personal token for data", Role.Admin, await PersonalAsync(scopes: "data"), ["data"]),
        ];
    }

    private async Task<string> SignedOutAsync()
    {
        using var client = await service.AdminAsync();
        using var response = await client.PostAsync("/auth/logout", null);
        response.EnsureSuccessStatusCode();
        return client.DefaultRequestHeaders.Authorization!.Parameter!;
    }

    private async Task<string> DisabledAsync()
    {
        var account = await service.CreateUserAsync("ADMIN");
        var token = (await service.LoginAsync(account.Email, ServiceFixture.UserPassword)).AccessToken;
        using var admin = await service.AdminAsync();
        using var response = await admin.PatchAsJsonAsync($"/users/{account.Id}", new { disabled = true });
        response.EnsureSuccessStatusCode();
        return token;
    }

    private async Task<string> PersonalAsync(string? email = null, string? role = null, params string[] scopes)
    {
        using var owner = email is null ? await service.AdminAsync() : await service.SignedInAsync(email, ServiceFixture.UserPassword);
        var expires = service.Clock.GetUtcNow().AddDays(1).UtcDateTime;
        using var response = await owner.PostAsJsonAsync(
            "/auth/tokens", new { name = "a script", role, scopes = scopes.Length == 0 ? null : scopes, expires_at = expires });
        response.EnsureSuccessStatusCode();
        return (await response.JsonAsync()).GetProperty("token").GetString()!;
    }

    private IEnumerable<Listed> Endpoints() =>
        from endpoint in service.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<ControllerActionDescriptor>()?.ControllerTypeInfo.Assembly != typeof(AccessTableTests).Assembly

        // Scripts and styles of the pages: the same for everybody, and needed to sign in.
        where endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select new Listed(endpoint, method);

    private enum Role
    {
        None,
        User,
        Clinician,
        Admin,
    }

    /// <param name="Scopes">Null for a session; empty for a personal access token without scopes.</param>
    private sealed record Identity(string Name, Role Role, string? Token, string[]? Scopes = null);

    private sealed record Rule(string Endpoint, Role Needs, bool SessionOnly, string[] Scopes)
    {
        public static Rule Parse(string line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var session = words[1] == "session";
            var at = session ? 2 : 1;
            return new Rule(
                $"{words[at]} {words[at + 1]}",
                words[0] == "anybody" ? Role.None : Enum.Parse<Role>(words[0], ignoreCase: true),
                session,
                words[(at + 2)..]);
        }

        public int For(Identity identity) => (Needs, identity.Role) switch
        {
            (Role.None, _) => 200,
            (_, Role.None) => 401,
            _ when identity.Role < Needs || (identity.Scopes is not null && SessionOnly) => 403,
            _ => identity.Scopes is null or [] || identity.Scopes.Intersect(Scopes).Any() ? 200 : 403,
        };
    }

    private sealed record Listed(RouteEndpoint Endpoint, string Method)
    {
        public string Name => $"{Method} /{Endpoint.RoutePattern.RawText?.TrimStart('/')}";

        /// <summary>An operation of the API that isn't a read and needs a session. The pages' forms have tokens of their own.</summary>
        public bool ChangesSomething => Method is not ("GET" or "HEAD")
            && Endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is not null
            && Endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>() is null;

        public HttpRequestMessage Request() => new(new HttpMethod(Method), "/" + string.Join('/', Endpoint.RoutePattern.PathSegments
            .Select(segment => string.Concat(segment.Parts.Select(Fill)))));

        private static string Fill(RoutePatternPart part) => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternParameterPart { ParameterPolicies: [{ Content: "guid" }] } => "01980000-0000-7000-8000-000000000001",
            _ => "1",
        };
    }
}
