using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelOps.TestSupport;
using ModelOps.WebApi.Tests.OpenApi;

namespace ModelOps.WebApi.Tests;

/// <summary>The whole service on Kestrel (the test server knows no body limits), with a data directory of its own.</summary>
public class ServiceFixture : WebApplicationFactory<Program>, IAsyncLifetime
{
    public const string AdminEmail = ServiceProcess.AdminEmail;
    public const string AdminPassword = ServiceProcess.AdminPassword;
    public const string UserPassword = "one of the many 22";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("modelops-webapi-");
    private string? _database;

    public ServiceFixture()
        : this(Provider.Sqlite)
    {
    }

    protected ServiceFixture(Provider provider)
    {
        Provider = provider;
        UseKestrel(0);
        Settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["ModelOps:DataDirectory"] = _data.FullName,
            ["ModelOps:Admin:Password"] = AdminPassword,
            ["ModelOps:RateLimits:LoginsPerMinute"] = "1000000",
            ["Logging:LogLevel:Default"] = "Warning",
        };
    }

    public Provider Provider { get; }

    /// <summary>Change before the first client.</summary>
    public Dictionary<string, string?> Settings { get; }

    /// <summary>Replace before the first client.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Nothing is started where the database is missing: the tests say so themselves, see <see cref="Fixtures.Required"/>.
    /// </summary>
    public virtual async Task InitializeAsync()
    {
        if (Provider == Provider.PostgreSql)
        {
            if (PostgresCluster.Missing is not null)
            {
                return;
            }

            _database = await PreparedDatabase.CreateAsync(await PostgresCluster.SharedAsync());
            Settings["ConnectionStrings:ModelOps"] = _database;
        }
        else
        {
            PreparedDatabase.CopyTo(_data.FullName, ServiceProcess.Assembly);
        }

        StartServer();
    }

    /// <summary>A client without a user, whose answers are held against docs/openapi.json.</summary>
    public new HttpClient CreateClient() => CreateDefaultClient(ClientOptions.BaseAddress, new ContractHandler());

    public HttpClient Anonymous() => CreateClient();

    public Task<HttpClient> AdminAsync() => SignedInAsync(AdminEmail, AdminPassword);

    /// <summary>Somebody new with the role USER.</summary>
    public async Task<HttpClient> UserAsync()
    {
        var user = await CreateUserAsync();
        return await SignedInAsync(user.Email, UserPassword);
    }

    public async Task<HttpClient> SignedInAsync(string email, string password)
    {
        var client = CreateDefaultClient(ClientOptions.BaseAddress, new TokenRenewal(email, password), new ContractHandler());
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await LoginAsync(email, password)).AccessToken);
        return client;
    }

    public async Task<Tokens> LoginAsync(string email, string password)
    {
        using var client = CreateClient();
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password });
        response.EnsureSuccessStatusCode();
        return await Tokens.ReadAsync(response);
    }

    public async Task<TestUser> CreateUserAsync(string role = "USER")
    {
        using var admin = await AdminAsync();
        var email = $"{Guid.NewGuid():N}@example.org";
        using var response = await admin.PostAsJsonAsync("/users", new { email, password = UserPassword, role });
        response.EnsureSuccessStatusCode();
        return new TestUser((await response.JsonAsync()).GetProperty("id").GetString()!, email);
    }

    /// <summary>For a test that needs a service of its own.</summary>
    public static Task<ServiceFixture> StartAsync(params (string Key, string Value)[] settings) => StartAsync(Provider.Sqlite, settings);

    public static async Task<ServiceFixture> StartAsync(Provider provider, params (string Key, string Value)[] settings)
    {
        var service = new ServiceFixture(provider).Required();
        foreach (var (key, value) in settings)
        {
            service.Settings[key] = value;
        }

        try
        {
            await service.InitializeAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Interlocked.Exchange(ref _database, null) is { } database)
        {
            await (await PostgresCluster.SharedAsync()).DropDatabaseAsync(database);
        }

        _data.Refresh();
        if (_data.Exists)
        {
            _data.Delete(recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton(Time));

            // Controllers that exist for a test only.
            services.AddControllers().AddApplicationPart(typeof(ServiceFixture).Assembly);
        });
    }
}

public sealed record TestUser(string Id, string Email);

public sealed record Tokens(string AccessToken, string RefreshToken, int ExpiresIn, string TokenType)
{
    public static async Task<Tokens> ReadAsync(HttpResponseMessage response)
    {
        var json = await response.JsonAsync();
        return new Tokens(
            json.GetProperty("access_token").GetString()!,
            json.GetProperty("refresh_token").GetString()!,
            json.GetProperty("expires_in").GetInt32(),
            json.GetProperty("token_type").GetString()!);
    }
}

internal static class Responses
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).Clone();

    /// <summary>Asserts a whole problem body and gives it back.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var body = await response.JsonAsync();
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal(status, body.GetProperty("status").GetInt32());
        foreach (var member in new[] { "type", "title", "detail", "trace_id" })
        {
            Assert.False(string.IsNullOrWhiteSpace(body.GetProperty(member).GetString()), member);
        }

        return body;
    }
}

/// <summary>The present time, moved.</summary>
internal sealed class MovableClock : TimeProvider
{
    private long _offsetTicks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));
}

public class ClockedFixture : ServiceFixture
{
    public ClockedFixture()
        : this(Provider.Sqlite)
    {
    }

    protected ClockedFixture(Provider provider)
        : base(provider) => Time = Clock;

    internal MovableClock Clock { get; } = new();
}

public sealed class PostgreSqlClockedFixture() : ClockedFixture(Provider.PostgreSql);

public sealed class PostgreSqlServiceFixture() : ServiceFixture(Provider.PostgreSql);

[CollectionDefinition(Name)]
public sealed class ServiceCollection : ICollectionFixture<ServiceFixture>
{
    public const string Name = "service";
}

[CollectionDefinition(Name)]
public sealed class PostgreSqlServiceCollection : ICollectionFixture<PostgreSqlServiceFixture>
{
    public const string Name = "service on PostgreSQL";
}

internal static class Fixtures
{
    /// <summary>Fails the running test with the reason where the fixture's database is missing.</summary>
    public static T Required<T>(this T fixture)
        where T : ServiceFixture
    {
        if (fixture.Provider == Provider.PostgreSql)
        {
            PostgresCluster.Require();
        }

        return fixture;
    }
}
