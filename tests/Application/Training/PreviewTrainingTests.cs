using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Training;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Training;

public sealed class PreviewTrainingOnSqliteTests() : PreviewTrainingTests(Provider.Sqlite);

public sealed class PreviewTrainingOnPostgreSqlTests() : PreviewTrainingTests(Provider.PostgreSql);

public abstract class PreviewTrainingTests(Provider provider) : IAsyncLifetime
{
    private readonly World _world = new(provider);

    [Fact]
    public async Task Preview_BeforeAnyTraining_CountsRowsByClassAndKnowsNoTime()
    {
        var preview = await _world.SendAsync(new PreviewTraining(UseDatabase: true, null));

        Assert.Equal(100, preview.Rows);
        Assert.Equal(
            SplitCounts.ByClass(SampleGenerator.Generate(100, seed: 1)).ToDictionary(c => c.Key, c => (long)c.Value), preview.ByClass);
        Assert.Null(preview.ExpectedSeconds(190, 64));
    }

    [Fact]
    public async Task Preview_AfterATraining_ExpectsTimeInProportionToItsSteps()
    {
        _world.Trainer.Answers(World.Completed());
        await _world.SendAsync(new RunTraining(await _world.AddJobAsync(architecture: "crossfit-ple")));

        var preview = await _world.SendAsync(new PreviewTraining(UseDatabase: true, null));

        var seconds = preview.ExpectedSeconds(100, 64);
        Assert.True(seconds > 0);
        Assert.Equal(2 * seconds.Value, preview.ExpectedSeconds(200, 64)!.Value, 9);
        Assert.True(preview.ExpectedSeconds(100, 16) > seconds);
    }

    [Fact]
    public async Task Preview_OfADatasetThatIsNotThere_IsRefusedAsTheTrainingWouldBe()
    {
        var preview = await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new PreviewTraining(false, "gone.csv")));
        var training = await Assert.ThrowsAsync<RefusalException>(() =>
            _world.SendAsync(new RetrainModel { UseDatabase = false, DatasetName = "gone.csv" }));

        Assert.Equal(DatasetRefusals.NotFoundCode, preview.Code);
        Assert.Equal(training.Code, preview.Code);
    }

    [Fact]
    public async Task Preview_OfNothing_IsRefused() =>
        Assert.Equal(InvalidRequest.Code,
            (await Assert.ThrowsAsync<RefusalException>(() => _world.SendAsync(new PreviewTraining(false, null)))).Code);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();
}
