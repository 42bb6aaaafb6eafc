using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Serving;
using ModelOps.Infrastructure.Tests.Files;
using ModelOps.Infrastructure.Tests.Networks.MlpBn;

namespace ModelOps.Infrastructure.Tests.Serving;

public sealed class ServingModelTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataDirectory _directory;
    private readonly ArtifactStore _store;
    private readonly ServingModel _serving;

    public ServingModelTests()
    {
        _directory = new DataDirectory(_folder.Path);
        _directory.Create();
        _store = new ArtifactStore(_directory, new RowsFiles(_directory),
            new StagingSweep(_directory, Timing.Default, TimeProvider.System));
        _serving = new ServingModel(_store, NetworkRegistry.BuiltIn, NullLogger<ServingModel>.Instance);
    }

    [Fact]
    public void Current_BeforeAnyActivation_IsNone()
    {
        Assert.Null(_serving.Current);
        Assert.Null(_serving.Problem);
        Assert.Equal(0, _serving.ActivationNumber);
    }

    [Fact]
    public async Task LoadAsync_OfAPublishedVersion_GivesItsPredictorWithoutServingIt()
    {
        var version = Publish();

        var predictor = await _serving.LoadAsync(version, default);

        Assert.Equal(version.Name, predictor.Version);
        Assert.Null(_serving.Current);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LoadAsync_WhenAFileIsAltered_RefusesEvenTheVersionInService(bool inService)
    {
        var version = Publish();
        if (inService)
        {
            _serving.Publish(await _serving.LoadAsync(version, default), 1);
        }

        await File.AppendAllTextAsync(Path.Combine(_directory.Versions, version.Name, "scaler.json"), " ");

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => _serving.LoadAsync(version, default));
        Assert.Equal("artifact_corrupt", refusal.Code);
        Assert.Equal(inService ? version.Name : null, _serving.Current?.Version);
    }

    [Fact]
    public async Task LoadAsync_WhenTheFilesAreWholeButMakeNoNetwork_Refuses()
    {
        var version = Publish(files => files[GoldenRows.FileName] = "{}"u8.ToArray());

        Assert.Equal("artifact_corrupt", (await Assert.ThrowsAsync<RefusalException>(() => _serving.LoadAsync(version, default))).Code);
    }

    [Fact]
    public async Task LoadAsync_WhenTheSchemaIsOfALaterRelease_Refuses()
    {
        var version = Publish(schema: "later");

        Assert.Equal("artifact_corrupt", (await Assert.ThrowsAsync<RefusalException>(() => _serving.LoadAsync(version, default))).Code);
    }

    [Fact]
    public void Publish_OfAnOlderOrTheSameEpoch_ChangesNothing()
    {
        var (first, second, late) = (new Named("first"), new Named("second"), new Named("late"));

        _serving.Publish(first, 1);
        _serving.Publish(second, 3);
        _serving.Publish(late, 2);
        _serving.Publish(late, 3);

        Assert.Same(second, _serving.Current);
        Assert.Equal(3, _serving.ActivationNumber);
    }

    [Fact]
    public void Publish_FromManyThreads_EndsWithTheLatestEpoch()
    {
        var predictors = Enumerable.Range(0, 1_000).Select(i => new Named($"{i}")).ToArray();

        Parallel.ForEach(Enumerable.Range(1, 999).Reverse(), activationNumber =>
            _serving.Publish(predictors[activationNumber], activationNumber));

        Assert.Same(predictors[999], _serving.Current);
    }

    [Fact]
    public void Publish_AfterAProblem_ClearsIt()
    {
        _serving.Report("its files are gone");
        Assert.Equal("its files are gone", _serving.Problem);

        _serving.Publish(new Named("a"), 1);

        Assert.Null(_serving.Problem);
    }

    public void Dispose() => _folder.Dispose();

    private ModelVersion Publish(Action<Dictionary<string, byte[]>>? alter = null, string schema = FeatureSchema.Diabetes1Id)
    {
        using var trained = new TempFolder();
        var files = SavedNetwork.Files();
        alter?.Invoke(files);
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(trained[name], content);
        }

        var specification = Samples.Specification() with { Schema = schema };
        var published = Versions.Publish(_store, trained.Path, specification);
        return ModelVersion.Create(published.Version, specification, "database", Samples.Summary(), published.Files, published.CreatedAt);
    }

    private sealed record Named(string Version) : IPredictor
    {
        public PlausibleSets? Sets => null;

        public double? Predict(PatientFeatures features, Span<double> probabilities)
        {
            probabilities.Clear();
            return null;
        }
    }
}
