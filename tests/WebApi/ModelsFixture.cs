using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests;

/// <summary>A service with a dataset and three versions of it, whose log is kept.</summary>
public class ModelsFixture : ServiceFixture
{
    public ModelsFixture()
        : this(Provider.Sqlite)
    {
    }

    protected ModelsFixture(Provider provider)
        : base(provider) => Settings["Logging:LogLevel:Default"] = "Debug";

    public HttpClient Admin { get; private set; } = null!;

    /// <summary>300 made-up rows.</summary>
    public string Dataset { get; private set; } = "";

    /// <summary>Oldest first; no test deletes or breaks these.</summary>
    public IReadOnlyList<string> Versions { get; private set; } = [];

    public string DataDirectory => Settings["ModelOps:DataDirectory"]!;

    internal LogCapture Log { get; } = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (Provider == Provider.PostgreSql && PostgresCluster.Missing is not null)
        {
            return;
        }

        Admin = await AdminAsync();
        Dataset = await Admin.SampleDatasetAsync();
        Versions = [await Admin.TrainAsync(Dataset, seed: 1), await Admin.TrainAsync(Dataset, seed: 2),
            await Admin.TrainAsync(Dataset, seed: 3)];
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureLogging(logging => logging.AddProvider(Log));
    }
}

public sealed class PostgreSqlModelsFixture() : ModelsFixture(Provider.PostgreSql);

[CollectionDefinition(Name)]
public sealed class ModelsGroup : ICollectionFixture<ModelsFixture>
{
    public const string Name = "models";
}

[CollectionDefinition(Name)]
public sealed class PostgreSqlModelsGroup : ICollectionFixture<PostgreSqlModelsFixture>
{
    public const string Name = "models on PostgreSQL";
}

/// <summary>Keeps every line of the log, exceptions included.</summary>
internal sealed class LogCapture : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
