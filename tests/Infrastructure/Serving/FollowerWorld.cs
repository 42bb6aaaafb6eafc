using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Persistence;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Startup;
using ModelOps.Infrastructure.Tests.Files;
using ModelOps.Infrastructure.Tests.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Serving;

/// <summary>A follower with a real store in a folder of its own, and an embedded database once it is created.</summary>
internal sealed class FollowerWorld : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;
    private readonly ArtifactStore _store;

    public FollowerWorld()
    {
        Directory = new DataDirectory(_folder.Path);
        Directory.Create();
        _store = new ArtifactStore(Directory, new RowsFiles(Directory), new StagingSweep(Directory, Timing.Default, TimeProvider.System));
        _services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(Directory)
            .AddPersistence(new InfrastructureSettings(null, _folder.Path, 0))
            .BuildServiceProvider();
        var scopes = _services.GetRequiredService<IServiceScopeFactory>();
        Serving = new ServingModel(_store, NetworkRegistry.BuiltIn, NullLogger<ServingModel>.Instance);
        PointerFile = new ActivePointerFile(scopes, _store, NullLogger<ActivePointerFile>.Instance);
        Follower = new ActiveVersionFollower(scopes, Serving, PointerFile, Gate, NullLogger<ActiveVersionFollower>.Instance);
    }

    public DataDirectory Directory { get; }

    public StartupGate Gate { get; } = new();

    public ServingModel Serving { get; }

    public ActiveVersionFollower Follower { get; }

    private ActivePointerFile PointerFile { get; }

    public Task CreateDatabaseAsync() => UseAsync(db => db.Database.EnsureCreatedAsync());

    /// <summary>Publishes a version and moves the pointer to it as another process does.</summary>
    public async Task<string> ActivateNewVersionAsync()
    {
        using var trained = new TempFolder();
        foreach (var (name, content) in SavedNetwork.Files())
        {
            await File.WriteAllBytesAsync(trained[name], content);
        }

        var specification = Samples.Specification();
        var published = Versions.Publish(_store, trained.Path, specification);
        await UseAsync(async db =>
        {
            var version = ModelVersion.Create(
                published.Version, specification, "database", Samples.Summary(), published.Files, published.CreatedAt);
            db.Versions.Add(version);
            await db.SaveChangesAsync();
            var active = await db.ActiveModels.Include(a => a.Activation).SingleOrDefaultAsync();
            var activation = Activation.Forward(active?.Activation, version.Name, "somebody", null, ActivationKind.Activate, Samples.Now);
            db.Activations.Add(activation);
            if (active is null)
            {
                db.ActiveModels.Add(ActiveModel.First(version, activation));
            }
            else
            {
                active.PointTo(version, activation);
            }

            return await db.SaveChangesAsync();
        });
        return published.Version;
    }

    public void Dispose()
    {
        Follower.Dispose();
        PointerFile.Dispose();
        _services.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private async Task<T> UseAsync<T>(Func<ModelOpsDbContext, Task<T>> work)
    {
        await using var scope = _services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>());
    }
}
