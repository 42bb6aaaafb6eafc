using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.TestSupport;
using Moq;

namespace ModelOps.Application.Tests.Versions;

public sealed class RollbackRaceOnSqliteTests() : RollbackRaceTests(Provider.Sqlite);

public sealed class RollbackRaceOnPostgreSqlTests() : RollbackRaceTests(Provider.PostgreSql);

/// <summary>A version is deleted while a rollback to it is under way.</summary>
public abstract class RollbackRaceTests(Provider provider) : IAsyncLifetime
{
    private readonly World _world = new(provider);

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        foreach (var second in new[] { 1, 2, 3 })
        {
            await AddVersionAsync(Name(second));
            await SendAsync(new ActivateVersion { Version = Name(second) });
        }
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rollback_WhenItsTargetIsDeletedMeanwhile_TakesTheOneBefore(bool filesAreGone)
    {
        var answer = await SendAsync(new RollbackModel(), whenLoading: async version =>
        {
            if (version == Name(2) && await DeleteAsync(Name(2)) && filesAreGone)
            {
                throw VersionRefusals.ArtifactCorrupt(version);
            }
        });

        Assert.Equal(Name(1), answer.ActiveVersion);
    }

    [Fact]
    public async Task Rollback_WhenEveryTargetIsDeletedMeanwhile_Is409()
    {
        var refusal = await Assert.ThrowsAsync<RefusalException>(() => SendAsync(new RollbackModel(), whenLoading: DeleteAsync));

        Assert.Equal((RefusalKind.Conflict, "nothing_to_roll_back_to"), (refusal.Kind, refusal.Code));
    }

    [Fact]
    public async Task Activate_WhenItsVersionIsDeletedMeanwhile_Is404()
    {
        var refusal = await Assert.ThrowsAsync<RefusalException>(
            () => SendAsync(new ActivateVersion { Version = Name(1) }, whenLoading: DeleteAsync));

        Assert.Equal((RefusalKind.NotFound, "version_not_found"), (refusal.Kind, refusal.Code));
    }

    private static string Name(int second) => VersionName.For(World.Created.AddSeconds(second));

    private Task<bool> DeleteAsync(string version) =>
        _world.UseAsync(async db => await db.Versions.Where(v => v.Name == version).ExecuteDeleteAsync() == 1);

    private async Task<ActivationAnswer> SendAsync(object request, Func<string, Task>? whenLoading = null)
    {
        await using var scope = _world.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>();
        var serving = new Mock<IServingModel>();
        serving.Setup(s => s.LoadAsync(It.IsAny<ModelVersion>(), It.IsAny<CancellationToken>())).Returns(
            async (ModelVersion version, CancellationToken _) =>
            {
                await (whenLoading?.Invoke(version.Name) ?? Task.CompletedTask);
                return Mock.Of<IPredictor>(p => p.Version == version.Name);
            });
        var pointer = new ActivePointerWriter(
            db, serving.Object, scope.ServiceProvider.GetRequiredService<ActivePointerFile>(), NullLogger<ActivePointerWriter>.Instance);
        return request switch
        {
            RollbackModel rollback => await new RollbackModelHandler(db, pointer, Mock.Of<ICurrentUser>()).Handle(rollback, default),
            ActivateVersion activate => await new ActivateVersionHandler(db, pointer, Mock.Of<ICurrentUser>()).Handle(activate, default),
            _ => throw new ArgumentOutOfRangeException(nameof(request)),
        };
    }

    private Task<int> AddVersionAsync(string name) => _world.UseAsync(async db =>
    {
        var job = TrainingJob.Create(
            new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 100, new string('c', 64), "ann",
            World.Created);
        db.Jobs.Add(job);
        db.Versions.Add(ModelVersion.Create(
            name,
            new TrainingSpecification(
                job.Id, "mlp-bn", new TrainingParameters(), new SplitKey(new byte[SplitKey.Bytes]).ToHex(), new string('c', 64)),
            "database",
            World.Completed().Result.Summary,
            [],
            World.Created));
        return await db.SaveChangesAsync(default);
    });
}
