using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;
using ModelOps.TestSupport;

namespace ModelOps.Application.Tests.Versions;

public sealed class ListVersionsOnSqliteTests() : ListVersionsTests(Provider.Sqlite);

public sealed class ListVersionsOnPostgreSqlTests() : ListVersionsTests(Provider.PostgreSql);

public abstract class ListVersionsTests(Provider provider) : IAsyncLifetime
{
    private readonly World _world = new(provider);

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Publish_OfVersions_NumbersThemInOrderAndNeverTwice()
    {
        await AddAsync(2);
        await _world.SendAsync(new DeleteVersion(Name(1)));
        await AddAsync(1);

        Assert.Equal([3L, 1L], (await ListAsync()).Models.Select(v => v.Number));
    }

    [Fact]
    public async Task Migrate_OfAnInstallationWithVersions_NumbersThemInTheirOrder()
    {
        foreach (var (index, source) in new[] { (0, "database"), (1, "dataset:spring.csv"), (2, "database+dataset:autumn.csv") })
        {
            await _world.UseAsync(db =>
            {
                var job = NewJob();
                db.Jobs.Add(job);
                db.Versions.Add(NewVersion(index, source, job.Id));
                return db.SaveChangesAsync(default);
            });
        }

        await MigrateAsync("RecordManagement");
        await MigrateAsync(null);

        var versions = (await ListAsync()).Models;
        Assert.Equal([(3, "autumn.csv"), (2, "spring.csv"), (1, null)], versions.Select(v => ((int)v.Number, v.Dataset)));
        var evaluation = World.Completed().Result.Summary.Evaluation;
        Assert.All(
            versions, v => Assert.Equal((evaluation.BeatsBaselines, evaluation.MissedDiabetes), (v.BeatsBaselines, v.MissedDiabetes)));
        Assert.Equal([EarlierName(1)], await FindAsync(new() { Q = "SPRING" }));
        Assert.Equal(3, (await ListAsync(new(), VersionOrder.MacroF1)).Models.Count);
        await AddAsync(1);
        Assert.Equal(4, (await ListAsync()).Models[0].Number);
    }

    [Fact]
    public async Task List_WithFilters_HasWhatFitsAndItsCount()
    {
        await AddAsync(12);
        await _world.SendAsync(new DescribeVersion(
            Name(3), new() { Note = "For the pilot in Ward 12", Tags = ["Pilot", "ward", "pilot "] }));
        await _world.SendAsync(new DescribeVersion(Name(4), new() { Tags = ["pilot two"] }));
        await PutInServiceAsync(Name(5));

        var one = Assert.Single((await ListAsync(new() { Tag = "PILOT" })).Models);
        Assert.Equal((Name(3), "For the pilot in Ward 12"), (one.Version, one.Note));
        Assert.Equal(["pilot", "ward"], one.Tags);
        Assert.Equal([Name(4), Name(3)], await FindAsync(new() { Q = "pilot" }));
        Assert.Equal([Name(11), Name(3)], await FindAsync(new() { Q = "12" }, "number 12 or the text"));
        Assert.Equal([Name(11)], await FindAsync(new() { Q = "Version 12" }));
        Assert.Equal([Name(5)], await FindAsync(new() { InService = true }));
        Assert.Equal(11, (await ListAsync(new() { InService = false })).Total);
        Assert.Empty(await FindAsync(new() { Dataset = "none.csv" }));
        var beats = World.Completed().Result.Summary.Evaluation.BeatsBaselines;
        Assert.Equal(12, (await ListAsync(new() { BeatsBaselines = beats })).Total);
        Assert.Equal(0, (await ListAsync(new() { BeatsBaselines = !beats })).Total);
        Assert.Empty(await FindAsync(new() { Q = "%" }, "a wildcard is a character as any other"));
    }

    [Theory]
    [InlineData(VersionOrder.Newest)]
    [InlineData(VersionOrder.Oldest)]
    [InlineData(VersionOrder.MacroF1)]
    public async Task List_PagedInEachOrder_HasEveryVersionOnce(VersionOrder order)
    {
        await AddAsync(7);
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await _world.SendAsync(new ListVersions(new PageRequest(2, cursor), Order: order));
            seen.AddRange(page.Models.Select(v => v.Version));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        // All have one macro F1, so the id decides.
        var expected = Enumerable.Range(0, 7).Select(Name);
        Assert.Equal(order == VersionOrder.Oldest ? expected : expected.Reverse(), seen);
    }

    [Fact]
    public async Task Describe_WithAMemberLeftOut_LeavesItAsItIs()
    {
        await AddAsync(1);
        await _world.SendAsync(new DescribeVersion(Name(0), new() { Note = " a note ", Tags = ["x"] }));

        var noted = await _world.SendAsync(new DescribeVersion(Name(0), new() { Tags = [] }));
        var cleared = await _world.SendAsync(new DescribeVersion(Name(0), new() { Note = " " }));

        Assert.Equal("a note", noted.Note);
        Assert.Empty(noted.Tags);
        Assert.Null(cleared.Note);
    }

    /// <summary>The name that the fake store gives the version of this index.</summary>
    private static string Name(int index) => VersionName.For(World.Created, index + 1);

    private static string EarlierName(int index) => VersionName.For(World.Created.AddHours(-1), index + 1);

    private static TrainingJob NewJob() => TrainingJob.Create(
        new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 100, new string('c', 64), "ann",
        World.Created);

    private static ModelVersion NewVersion(int index, string source, Guid job) => ModelVersion.Create(
        EarlierName(index),
        new TrainingSpecification(
            job, "mlp-bn", new TrainingParameters(), new SplitKey(new byte[SplitKey.Bytes]).ToHex(), new string('c', 64)),
        source,
        World.Completed().Result.Summary,
        [],
        World.Created);

    /// <summary>Publishes versions as trainings do.</summary>
    private async Task AddAsync(int count)
    {
        _world.Trainer.Answers(World.Completed());
        for (var i = 0; i < count; i++)
        {
            await _world.SendAsync(new RunTraining(await _world.AddJobAsync()));
        }
    }

    private Task<int> PutInServiceAsync(string name) => _world.UseAsync(async db =>
    {
        var version = await db.Versions.SingleAsync(v => v.Name == name);
        var activation = Activation.Forward(null, name, "ann", null, ActivationKind.Activate, World.Created);
        db.Activations.Add(activation);
        db.ActiveModels.Add(ActiveModel.First(version, activation));
        return await db.SaveChangesAsync(default);
    });

    private Task<VersionList> ListAsync(VersionFilter? filter = null, VersionOrder order = VersionOrder.Newest) =>
        _world.SendAsync(new ListVersions(new PageRequest(200), filter, order, Counts: true));

    private async Task<IReadOnlyList<string>> FindAsync(VersionFilter filter, string? why = null)
    {
        var found = await ListAsync(filter);
        Assert.True(found.Total == found.Models.Count, why);
        return [.. found.Models.Select(v => v.Version)];
    }

    private Task<bool> MigrateAsync(string? target) => _world.UseAsync(async db =>
    {
        await ((DbContext)((FaultyDatabase)db).Inner).Database.GetService<IMigrator>().MigrateAsync(target);
        return true;
    });
}

/// <summary>What PostgreSQL reads for a list when there are many versions.</summary>
public sealed class ListVersionsAtScaleTests : IAsyncLifetime
{
    private const int Versions = 30_000;

    private readonly World _world = new(Provider.PostgreSql);
    private readonly Commands _commands = new();

    public Task InitializeAsync()
    {
        _world.Interceptors.Add(_commands);
        return _world.InitializeAsync();
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task List_WithEveryFilterAndOrder_ReadsOnlyThePagesVersionsAndOneNarrowTable()
    {
        _world.Trainer.Answers(World.Completed());
        await _world.SendAsync(new RunTraining(await _world.AddJobAsync()));
        await ExecuteAsync(
            $"""
            INSERT INTO model_versions ("Name", "JobId", "CreatedAt", "Metrics", "TrainingSamples", "TrainingTime", "Specification",
                "DataSource", "Summary", "Files")
            SELECT 'v' || to_char(timestamp '2020-01-01' + n * interval '1 minute', 'YYYYMMDD_HH24MISS'), gen_random_uuid(), "CreatedAt",
                "Metrics", "TrainingSamples", "TrainingTime", "Specification", "DataSource", "Summary", "Files"
            FROM model_versions, generate_series(1, {Versions}) n;
            INSERT INTO version_listings ("VersionId", "Number", "Dataset", "MacroF1", "BeatsBaselines", "DiabetesMissed",
                "DiabetesMissedAsNegative", "DiabetesRows", "Note", "Tags", "SearchText")
            SELECT "Id", "Id", 'clinic-' || "Id" % 40 || '.csv', 0.5 + 0.4 * random(), "Id" % 3 > 0, 1, 0, 10, NULL,
                CASE WHEN "Id" % 5000 = 0 THEN '|rare|' ELSE '' END, "Id" || E'\n' || "Name" || E'\n\n\n'
            FROM model_versions WHERE "Id" > 1;
            ANALYZE model_versions, version_listings;
            """);
        var deep = (await _world.SendAsync(new ListVersions(new PageRequest(200), Order: VersionOrder.MacroF1))).NextCursor;
        (string Name, ListVersions Request)[] lists =
        [
            ("newest", new(new PageRequest(50))),
            ("a text that many have", new(new PageRequest(50), new() { Q = "v2020" })),
            ("a text that nothing has", new(new PageRequest(50), new() { Q = "no such text" })),
            ("a rare tag", new(new PageRequest(50), new() { Tag = "rare" })),
            ("a dataset", new(new PageRequest(50), new() { Dataset = "clinic-7.csv" })),
            ("the better ones", new(new PageRequest(50), new() { BeatsBaselines = true })),
            ("by macro F1", new(new PageRequest(50), Order: VersionOrder.MacroF1)),
            ("by macro F1, further on", new(new PageRequest(50, deep), Order: VersionOrder.MacroF1)),
            ("all filters", new(
                new PageRequest(50),
                new() { Q = "v20", Tag = "rare", Dataset = "clinic-0.csv", BeatsBaselines = false },
                VersionOrder.MacroF1)),
        ];

        foreach (var (name, request) in lists)
        {
            _commands.All.Clear();
            await _world.SendAsync(request with { Counts = true });
            foreach (var command in _commands.All.Where(c => c.Text.Contains("version_listings", StringComparison.Ordinal)))
            {
                var plan = await ExplainAsync(command);
                Assert.True(Reads(plan, "model_versions") <= 51, $"{name}: {plan}");
                Assert.True(Reads(plan, "version_listings") <= Versions + 1, $"{name}: {plan}");
            }
        }

        // Without a filter, by macro F1 at any depth, and for what few versions have, not even the narrow table is read whole.
        foreach (var (name, request) in lists.Where(l => l.Request.Filter is null || l.Name is "a text that nothing has" or "a rare tag"))
        {
            _commands.All.Clear();
            await _world.SendAsync(request);
            var plan = await ExplainAsync(_commands.All.Single(c => c.Text.Contains("version_listings", StringComparison.Ordinal)));
            Assert.True(Reads(plan, "version_listings") <= 60, $"{name}: {plan}");
        }
    }

    /// <summary>Rows that all nodes of a plan read of a table, those that a filter removed included.</summary>
    private static double Reads(JsonElement node, string table)
    {
        var own = node.TryGetProperty("Relation Name", out var relation) && relation.GetString() == table
            ? (node.GetProperty("Actual Rows").GetDouble()
                + (node.TryGetProperty("Rows Removed by Filter", out var removed) ? removed.GetDouble() : 0))
                * node.GetProperty("Actual Loops").GetDouble()
            : 0;
        return own + (node.TryGetProperty("Plans", out var children) ? children.EnumerateArray().Sum(child => Reads(child, table)) : 0);
    }

    private Task<JsonElement> ExplainAsync(Seen command) => UseConnectionAsync(async connection =>
    {
        await using var explain = connection.CreateCommand();
        explain.CommandText = "EXPLAIN (ANALYZE, FORMAT JSON) " + command.Text;
        foreach (var (name, value) in command.Parameters)
        {
            var parameter = explain.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            explain.Parameters.Add(parameter);
        }

        var text = (string)(await explain.ExecuteScalarAsync())!;
        return JsonDocument.Parse(text).RootElement[0].GetProperty("Plan");
    });

    private Task<int> ExecuteAsync(string sql) => UseConnectionAsync(async connection =>
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    });

    private Task<T> UseConnectionAsync<T>(Func<DbConnection, Task<T>> use) => _world.UseAsync(async db =>
    {
        var database = ((DbContext)((FaultyDatabase)db).Inner).Database;
        await database.OpenConnectionAsync();
        return await use(database.GetDbConnection());
    });

    private sealed record Seen(string Text, IReadOnlyList<(string Name, object? Value)> Parameters);

    private sealed class Commands : DbCommandInterceptor
    {
        public List<Seen> All { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            All.Add(new(command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]));
            return new(result);
        }
    }
}
