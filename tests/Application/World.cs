using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure;
using ModelOps.TestSupport;
using Moq;
using Npgsql;

namespace ModelOps.Application.Tests;

/// <summary>
/// The use cases in their real container, on a migrated database; only what would train, write versions or wake workers is a mock.
/// </summary>
public sealed class World : IAsyncLifetime
{
    public static readonly DateTime Created = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);

    private static readonly Lazy<Task<string>> PostgreSqlTemplate = new(CreateTemplateAsync);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelops-application-");
    private readonly Provider _provider;
    private ServiceProvider? _services;

    public World(Provider provider)
    {
        _provider = provider;
        Artifacts = new FakeArtifacts(StoredRows, () => Created);
        if (provider == Provider.PostgreSql)
        {
            PostgresCluster.Require();
        }

        Queue.Setup(q => q.Announced()).Returns(new HashSet<Guid>());
    }

    /// <summary>What every version was made of, as the artifact store has it.</summary>
    public IReadOnlyList<LabelledExample> StoredRows { get; } = [.. SampleGenerator.Generate(60, seed: 2)];

    public FakeTrainer Trainer { get; } = new();

    public FakeArtifacts Artifacts { get; }

    public Mock<ITrainingQueue> Queue { get; } = new();

    public ShiftedClock Time { get; } = new();

    /// <summary>Thrown in turn, each after a commit that went through.</summary>
    public Queue<Exception> Faults { get; } = new();

    public string Datasets => Path.Combine(_folder.FullName, "datasets");

    public IServiceProvider Services => _services ?? throw new InvalidOperationException("The world is not initialized.");

    /// <summary>What EF Core is intercepted by; add before the world is initialized.</summary>
    public List<IInterceptor> Interceptors { get; } = [];

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Datasets);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "rows"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "staging"));
        _services = await BuildAsync();
        await UseAsync(async db =>
        {
            await ((DbContext)((FaultyDatabase)db).Inner).Database.MigrateAsync();
            db.Installations.Add(Installation.Create(new SplitKey(new byte[SplitKey.Bytes])));
            db.StoredRecords.AddRange(SampleGenerator.Generate(100, seed: 1)
                .Select(r => LabelledRecord.Create(r, LabelSource.Lab, "ann", Created)));
            await db.SaveChangesAsync(default);
            return true;
        });
    }

    public async Task DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    /// <summary>
    /// Lets time go by, for leases as for everything else. A database's clock can't be moved, so on PostgreSQL the leases are.
    /// </summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Shift += time;
        if (_provider == Provider.PostgreSql)
        {
            await UseAsync(db => ((DbContext)((FaultyDatabase)db).Inner).Database.ExecuteSqlAsync(
                $"""UPDATE training_jobs SET "LeaseUntil" = "LeaseUntil" - {time}"""));
        }
    }

    /// <summary>As a request of its own.</summary>
    public async Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken = default)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }

    public async Task<T> UseAsync<T>(Func<IModelOpsDbContext, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>());
    }

    /// <summary>A queued job that trains on the database.</summary>
    public Task<Guid> AddJobAsync(Action<TrainingJob>? prepare = null, JobPurpose? purpose = null, string architecture = "mlp-bn") =>
        UseAsync(async db =>
    {
        var job = TrainingJob.Create(
            purpose ?? new JobPurpose.Retraining(new DataSelection.Database()),
            architecture,
            new TrainingParameters(Epochs: 10),
            100,
            new string('c', 64),
            "ann",
            Time.GetUtcNow().UtcDateTime);
        prepare?.Invoke(job);
        db.Jobs.Add(job);
        await db.SaveChangesAsync(default);
        return job.Id;
    });

    public Task<TrainingJob> JobAsync(Guid id) => UseAsync(db => db.Jobs.AsNoTracking().SingleAsync(j => j.Id == id));

    /// <summary>Changes a job behind the back of whoever works on it.</summary>
    public Task ChangeJobAsync(Guid id, Action<TrainingJob> change) => UseAsync(async db =>
    {
        change(await db.Jobs.SingleAsync(j => j.Id == id));
        return await db.SaveChangesAsync(default);
    });

    public Task<List<string>> VersionNamesAsync() => UseAsync(db => db.Versions.Select(v => v.Name).ToListAsync());

    private async Task<ServiceProvider> BuildAsync()
    {
        var connectionString = _provider == Provider.Sqlite
            ? null
            : await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync(await PostgreSqlTemplate.Value);
        var services = Collect(connectionString, _folder.FullName, Time);
        foreach (var interceptor in Interceptors)
        {
            services.AddSingleton(interceptor);
        }

        services.Replace(ServiceDescriptor.Singleton<ITrainingWorkspaces>(Trainer));
        services.Replace(ServiceDescriptor.Singleton<IArtifactStore>(Artifacts));
        services.Replace(ServiceDescriptor.Singleton(Queue.Object));
        var database = services.Last(s => s.ServiceType == typeof(IModelOpsDbContext));
        services.Replace(ServiceDescriptor.Scoped<IModelOpsDbContext>(
            provider => new FaultyDatabase((IModelOpsDbContext)database.ImplementationFactory!(provider), Faults)));
        return services.BuildServiceProvider(validateScopes: true);
    }

    private static ServiceCollection Collect(string? connectionString, string folder, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time);
        services.AddApplication();
        services.AddInfrastructure(
            new ConfigurationBuilder().Build(), new InfrastructureSettings(connectionString, folder, 1_000_000), ServiceProcess.Assembly);
        services.AddSingleton(Mock.Of<ICurrentUser>(user => user.Roles == Array.Empty<string>()));
        return services;
    }

    /// <summary>A migrated database without connections, which each test copies.</summary>
    private static async Task<string> CreateTemplateAsync()
    {
        var template = new NpgsqlConnectionStringBuilder(await (await PostgresCluster.SharedAsync())
            .CreateDatabaseAsync()) { Pooling = false }.ConnectionString;
        await using var services = Collect(template, Path.GetTempPath(), TimeProvider.System).BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        await ((DbContext)scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>()).Database.MigrateAsync();
        return template;
    }

    public static TrainingOutcome.Completed Completed()
    {
        LabelledExample[] rows = [.. SampleGenerator.Generate(60, seed: 2)];
        var judged = new JudgedRows();
        foreach (var row in rows)
        {
            judged.Add(row.Class, row.Features, [0.6, 0.3, 0.1]);
        }

        var byClass = SplitCounts.ByClass(rows);
        return new TrainingOutcome.Completed(
            new TrainingResult(
                new TrainingSummary(
                    4,
                    1.5,
                    new string('b', 64),
                    rows.Length,
                    new SplitCounts(byClass, SplitCounts.ByClass([]), byClass, Duplicates: 0),
                    Evaluator.Evaluate(judged, 42),
                    [new EpochPoint(1, 0.9, null, null), new EpochPoint(10, 0.5, 0.6, 0.7)]),
                Comparison: null),
            "output");
    }
}

/// <summary>The system's clock, moved; timers run as always.</summary>
public sealed class ShiftedClock : TimeProvider
{
    /// <summary>Time that has gone by.</summary>
    public TimeSpan Shift { get; set; }

    /// <summary>By how much the clock was set; no time went by.</summary>
    public TimeSpan Set { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift + Set;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
}
