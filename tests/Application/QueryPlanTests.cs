using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Application.Versions;
using ModelOps.Domain.Features;
using ModelOps.TestSupport;
using Npgsql;

namespace ModelOps.Application.Tests;

/// <summary>No question reads the whole of a table that grows, on PostgreSQL, whose planner decides by the table's size.</summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    private const int Many = 50_000;

    private static readonly string[] Growing =
    [
        "labelled_records", "record_corrections", "predictions", "outcome_counts", "activations", "training_jobs", "model_versions",
        "version_listings",
    ];

    private readonly World _world = new(Provider.PostgreSql);
    private readonly Capture _capture = new();

    public async Task InitializeAsync()
    {
        _world.Interceptors.Add(_capture);
        await _world.InitializeAsync();
        await _world.UseAsync(db => Context(db).Database.ExecuteSqlAsync(
            $"""
            INSERT INTO record_imports ("FileName", "CreatedAt", "CreatedBy", "Records", "State")
                SELECT 'a.csv', now(), 'ann', 25, 'Published' FROM generate_series(1, 1000);
            INSERT INTO labelled_records ("HbA1c", "Age", "Bmi", "Gender", "Class", "Source", "CreatedAt", "CreatedBy", "ImportId")
                SELECT 4 + n % 90 / 10.0, n % 97, 20 + n % 211 / 10.0, n % 2, n % 3,
                    CASE WHEN n % 2 = 0 THEN 'Imported' ELSE 'Registered' END, now() - n * interval '1 minute', 'ann',
                    CASE WHEN n % 2 = 0 THEN 1 + n % 1000 END
                FROM generate_series(1, {Many}) AS n;
            INSERT INTO record_corrections ("RecordId", "From", "To", "Reason", "CorrectedAt", "CorrectedBy")
                SELECT "Id", 0, 1, 'x', now(), 'ann' FROM labelled_records;
            ANALYZE labelled_records, record_imports, record_corrections
            """));
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(null, null, null, null, null)]
    [InlineData("N", null, null, null, null)]
    [InlineData(null, "lab", null, null, null)]
    [InlineData(null, "imported", null, null, null)]
    [InlineData(null, null, 7L, null, null)]
    [InlineData(null, null, null, "2026-01-01", null)]
    [InlineData(null, null, null, null, "2020-01-01")]
    [InlineData("Y", "imported", 8L, "2020-01-01", "2030-01-01")]
    public async Task ListRecords_WithEachFilter_UsesAnIndex(string? @class, string? source, long? import, string? from, string? to)
    {
        var first = await _world.SendAsync(new ListRecords(@class, source, import, from, to, new PageRequest(5)));
        await _world.SendAsync(new ListRecords(@class, source, import, from, to, new PageRequest(5, first.NextCursor)));

        await AssertNoneReadsAllAsync(2);
    }

    [Fact]
    public async Task FindKnownAndCountDistinct_UseAnIndex()
    {
        await _world.UseAsync(db => db.CountDistinctAsync(10, default));

        await AssertNoneReadsAllAsync(1);
        Assert.Contains("IX_labelled_records_HbA1c_Age_Bmi_Gender_Class_ImportId", await PlanAsync(new NpgsqlCommand(
            """
            SELECT 1 FROM labelled_records r
            WHERE r."HbA1c" = 5.1 AND r."Age" = 50 AND r."Bmi" = 27.3 AND r."Gender" = 1 AND r."Class" = 2 LIMIT 1
            """)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RecordAndImport_UseAnIndex()
    {
        var id = (await _world.SendAsync(new ListRecords(null, null, 7, null, null, new PageRequest(1)))).Records[0].Id;
        await _world.SendAsync(new CorrectRecord(id, new RecordCorrectionInput { Class = "Y", Reason = "other" }));
        await _world.SendAsync(new CorrectRecord(id, new RecordCorrectionInput { Class = "N", Reason = "other" }));
        await _world.SendAsync(new DeleteRecord(id));
        await _world.SendAsync(new GetImport(7));
        await _world.SendAsync(new WithdrawImport(7));
        await _world.SendAsync(new SweepImports());

        await AssertNoneReadsAllAsync(7);
    }

    /// <summary>
    /// Half of the predictions are of the version in service and newer than the others: a page of an older version lies below them.
    /// </summary>
    [Fact]
    public async Task VersionsJobsActivationsAndPredictions_UseAnIndex()
    {
        const string Old = "v20210101_000000";
        _world.Trainer.Answers(World.Completed());
        await _world.SendAsync(new RunTraining(await _world.AddJobAsync()));
        await _world.UseAsync(db => Context(db).Database.ExecuteSqlAsync(
            $"""
            INSERT INTO predictions ("Id", "HbA1c", "Age", "Bmi", "Gender", "Negative", "Prediabetes", "Diabetes", "Class", "Version",
                    "CreatedAt", "ConfirmedClass", "ConfirmedSource", "ConfirmedAt", "ConfirmedBy")
                SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 6, 50, 27, 0, 0.2, 0.3, 0.5, n % 3,
                    CASE WHEN n > {Many} / 2 THEN 'v20220101_000000' ELSE {Old} END, now() - n * interval '1 second',
                    CASE WHEN n % 100 = 0 THEN 1 END, CASE WHEN n % 100 = 0 THEN 'Lab' END, CASE WHEN n % 100 = 0 THEN now() END,
                    CASE WHEN n % 100 = 0 THEN 'ann' END
                FROM generate_series(1, {Many}) n;
            INSERT INTO outcome_counts ("Version", "ConfirmedClass", "Class", "Predictions")
                SELECT 'v' || n, c, c, 5 FROM generate_series(1, {Many / 10}) n, generate_series(0, 2) c;
            INSERT INTO activations ("Epoch", "At", "By", "From", "To", "Kind")
                SELECT n, now(), 'ann', 'v' || n, 'v' || n + 1, 'Activate' FROM generate_series(1, {Many / 5}) n;
            INSERT INTO training_jobs ("Id", "Status", "Parameters", "Data", "Architecture", "DataRows", "DataSha256", "Attempt", "Epoch",
                    "History", "RequestedBy", "CreatedAt", "RowVersion")
                SELECT gen_random_uuid(), CASE WHEN n % 100 = 0 THEN 'Failed' ELSE 'Succeeded' END, "Parameters", "Data", "Architecture",
                    1, '', 1, 1, "History", 'ann', now(), 1
                FROM training_jobs, generate_series(1, {Many / 5}) n;
            INSERT INTO model_versions ("Name", "JobId", "CreatedAt", "Metrics", "TrainingSamples", "TrainingTime", "Specification",
                    "DataSource", "Summary", "Files")
                SELECT 'v' || n, gen_random_uuid(), now(), "Metrics", 1, 1, "Specification", 'database', "Summary", "Files"
                FROM model_versions, generate_series(1, {Many / 50}) n;
            INSERT INTO version_listings ("VersionId", "Number", "Dataset", "MacroF1", "BeatsBaselines", "DiabetesMissed",
                    "DiabetesMissedAsNegative", "DiabetesRows", "Tags", "SearchText")
                SELECT "Id", "Id", 'clinic-' || "Id" % 100 || '.csv', 0.5 + random() / 10, "Id" % 1000 > 0, 1, 0, 10,
                    CASE WHEN "Id" % 1000 = 0 THEN '|rare|' ELSE '' END, lower("Id" || E'\n' || "Name" || E'\n\n\n')
                FROM model_versions WHERE "Id" > 1
            """));

        // Vacuumed, as the server itself does with a table that grows: what every reader may see is read from an index alone.
        await _world.UseAsync(db => Context(db).Database.ExecuteSqlRawAsync("VACUUM ANALYZE"));
        var page = new PageRequest(5);
        foreach (var ask in (Func<Task>[])
        [
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter())),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Version = Old })),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Version = Old, To = new DateTime(2024, 1, 1) })),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Version = Old, Confirmed = true })),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Version = Old, Confirmed = true, Class = "N" })),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Confirmed = true })),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Confirmed = false, Class = "N" })),
            () => _world.SendAsync(new ListPredictions(page, new PredictionFilter { Reference = "4711" })),
            () => _world.SendAsync(new RemoveOldPredictions(36_500)),
            () => _world.SendAsync(new GetRecordsSummary()),
            () => _world.SendAsync(new GetVersion("v7")),
            () => _world.SendAsync(new ListActivations(page)),
            () => _world.SendAsync(new ListActivations(page, "v7")),
            () => _world.SendAsync(new ListJobs(page, null)),
            () => _world.SendAsync(new ListJobs(page, "failed")),
            () => _world.SendAsync(new ListVersions(page)),
            () => _world.SendAsync(new ListVersions(page, new VersionFilter { Dataset = "clinic-7.csv" })),
            () => _world.SendAsync(new ListVersions(page, new VersionFilter { BeatsBaselines = false })),
            () => _world.SendAsync(new ListVersions(page, new VersionFilter { Tag = "rare" })),
            () => _world.SendAsync(new ListVersions(page, Order: VersionOrder.MacroF1)),
        ])
        {
            _capture.Commands.Clear();
            await ask();

            await AssertNoneReadsAllAsync(1, Growing);
        }
    }

    private Task AssertNoneReadsAllAsync(int atLeast) => AssertNoneReadsAllAsync(atLeast, ["labelled_records", "record_corrections"]);

    private async Task AssertNoneReadsAllAsync(int atLeast, string[] tables)
    {
        NpgsqlCommand[] commands =
            [.. _capture.Commands.Where(c => tables.Any(table => c.CommandText.Contains(table, StringComparison.Ordinal))
                && !c.CommandText.StartsWith("INSERT INTO", StringComparison.Ordinal))];
        Assert.InRange(commands.Length, atLeast, 100);
        foreach (var command in commands)
        {
            var text = command.CommandText;
            var plan = await PlanAsync(command);
            Assert.False(
                tables.Any(table => plan.Contains($"Seq Scan on {table}", StringComparison.Ordinal)), $"{text}\n{plan}");
        }
    }

    private async Task<string> PlanAsync(NpgsqlCommand command)
    {
        await using var connection = new NpgsqlConnection(await _world.UseAsync(db =>
            Task.FromResult(Context(db).Database.GetConnectionString())));
        await connection.OpenAsync();
        command.Connection = connection;
        command.CommandText = $"EXPLAIN {command.CommandText}";
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static DbContext Context(Abstractions.IModelOpsDbContext db) => (DbContext)((FaultyDatabase)db).Inner;

    /// <summary>Keeps a copy of every statement with its parameters.</summary>
    private sealed class Capture : DbCommandInterceptor
    {
        public List<NpgsqlCommand> Commands { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            Keep(command);
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Keep(command);
            return ValueTask.FromResult(result);
        }

        private void Keep(DbCommand command)
        {
            // A batch of several statements has no plan of its own; the tests of single statements cover the same indexes.
            if (!command.CommandText.TrimEnd(';', '\n', '\r', ' ').Contains(';', StringComparison.Ordinal))
            {
                var copy = new NpgsqlCommand(command.CommandText);
                copy.Parameters.AddRange(command.Parameters.Cast<NpgsqlParameter>().Select(p => p.Clone()).ToArray());
                Commands.Add(copy);
            }
        }
    }
}
