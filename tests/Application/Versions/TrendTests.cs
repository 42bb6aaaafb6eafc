using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Versions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Versions;

public sealed class TrendOnSqliteTests() : TrendTests(Provider.Sqlite);

public sealed class TrendOnPostgreSqlTests() : TrendTests(Provider.PostgreSql);

/// <summary>How the versions developed.</summary>
public abstract class TrendTests(Provider provider) : IAsyncLifetime
{
    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Trend_WithoutVersions_IsEmpty()
    {
        var trend = await _world.SendAsync(new GetTrend());

        Assert.Empty(trend.Versions);
        Assert.Equal(0, trend.All);
    }

    [Fact]
    public async Task Trend_OfVersions_HasTheOldestFirstAndKnowsWhenEachWasInService()
    {
        await AddVersionsAsync(3);
        await _world.UseAsync(async db =>
        {
            Activation? last = null;
            foreach (var second in new[] { 0, 1, 0 })
            {
                last = Activation.Forward(last, Name(second), "ann", null, ActivationKind.Activate, World.Created.AddHours(second));
                db.Activations.Add(last);
                await db.SaveChangesAsync(default);
            }

            return last;
        });

        var trend = await _world.SendAsync(new GetTrend());

        Assert.Equal([Name(0), Name(1), Name(2)], trend.Versions.Select(v => v.Version));
        Assert.Equal([2, 1, 0], trend.Versions.Select(v => v.Activations.Count));
        var report = World.Completed().Result.Summary.Evaluation;
        Assert.All(trend.Versions, v =>
        {
            Assert.Equal((report.F1Score, report.ConfidenceIntervals.F1Score), (v.F1Score, v.F1Interval));
            Assert.Equal(report.Baselines.Max(b => b.F1Score), v.RuleF1);
            Assert.Equal((report.MissedDiabetes, 60), (v.MissedDiabetes, v.Rows));
        });
    }

    [Fact]
    public async Task Trend_OfMoreVersionsThanItHolds_HasTheNewestAndTellsHowManyThereAre()
    {
        await AddVersionsAsync(GetTrend.MaxVersions + 2);

        var trend = await _world.SendAsync(new GetTrend());

        Assert.Equal((GetTrend.MaxVersions, GetTrend.MaxVersions + 2), (trend.Versions.Count, trend.All));
        Assert.Equal((Name(2), Name(GetTrend.MaxVersions + 1)), (trend.Versions[0].Version, trend.Versions[^1].Version));
    }

    [Fact]
    public async Task Trend_AskedAgain_KnowsNewVersionsAndForgetsDeletedOnes()
    {
        await AddVersionsAsync(3);
        await _world.SendAsync(new GetTrend());
        await _world.UseAsync(db => db.Versions.Where(v => v.Name == Name(1)).ExecuteDeleteAsync());
        await AddVersionsAsync(1, from: 3);

        var trend = await _world.SendAsync(new GetTrend());

        var first = await _world.SendAsync(new GetTrend());
        Assert.Equal([Name(0), Name(2), Name(3)], trend.Versions.Select(v => v.Version));
        Assert.Equal(3, trend.All);
        Assert.All(trend.Versions, v => Assert.Equal(60, v.Rows));
        Assert.Equal(trend.Versions.Select(v => v.F1Score), first.Versions.Select(v => v.F1Score));
    }

    private static string Name(int second) => VersionName.For(World.Created.AddSeconds(second));

    private Task<int> AddVersionsAsync(int count, int from = 0) => _world.UseAsync(async db =>
    {
        var summary = World.Completed().Result.Summary;
        for (var second = from; second < from + count; second++)
        {
            var job = TrainingJob.Create(
                new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 100, new string('c', 64),
                "ann", World.Created);
            db.Jobs.Add(job);
            db.Versions.Add(ModelVersion.Create(
                Name(second),
                new TrainingSpecification(
                    job.Id, "mlp-bn", new TrainingParameters(), new SplitKey(new byte[SplitKey.Bytes]).ToHex(), new string('c', 64)),
                "database",
                summary,
                [],
                World.Created.AddSeconds(second)));
        }

        return await db.SaveChangesAsync(default);
    });
}
