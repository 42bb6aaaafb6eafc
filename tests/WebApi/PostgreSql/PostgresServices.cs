using System.Text.Json;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.PostgreSql;

/// <summary>Service processes that share a new database and a data directory, as on several machines.</summary>
internal sealed class PostgresServices : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("modelops-shared-");
    private readonly List<ServiceProcess> _processes = [];

    private PostgresServices(PostgresCluster cluster, string connectionString)
    {
        Cluster = cluster;
        ConnectionString = connectionString;
    }

    public PostgresCluster Cluster { get; }

    public string ConnectionString { get; }

    public string DataDirectory => _data.FullName;

    /// <param name="cluster">None: the one that all tests share.</param>
    public static async Task<PostgresServices> CreateAsync(PostgresCluster? cluster = null)
    {
        cluster ??= await PostgresCluster.SharedAsync();
        return new PostgresServices(cluster, await cluster.CreateDatabaseAsync());
    }

    public ServiceProcess Start(string role = "All", params (string Key, string Value)[] settings) => Run([], role, settings);

    public ServiceProcess Run(string[] arguments, string role = "All", params (string Key, string Value)[] settings)
    {
        var service = ServiceProcess.Run(
            arguments,
            [
                ("ConnectionStrings__ModelOps", ConnectionString),
                ("ModelOps__DataDirectory", DataDirectory),
                ("ModelOps__Role", role),
                ("ModelOps__RateLimits__LoginsPerMinute", "1000000"),
                .. settings,
            ]);
        _processes.Add(service);
        return service;
    }

    /// <summary>The first column of the first row.</summary>
    public Task<object?> AskAsync(string sql) => Cluster.ExecuteAsync(sql, ConnectionString);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }
}

internal static class ReadinessAnswers
{
    /// <summary>Status and body of <c>/health/ready</c>.</summary>
    public static async Task<(int Status, JsonElement Body)> ReadinessAsync(this HttpClient client)
    {
        using var response = await client.GetAsync("/health/ready");
        return ((int)response.StatusCode, await response.JsonAsync());
    }

    public static Task UntilReadyAsync(this HttpClient client) =>
        Api.UntilAsync(async () => (await client.ReadinessAsync()).Status == 200, "the service to be ready");
}
