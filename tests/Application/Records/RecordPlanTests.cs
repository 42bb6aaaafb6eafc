using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ModelOps.Application.Records;
using ModelOps.Domain.Features;
using ModelOps.TestSupport;
using Npgsql;

namespace ModelOps.Application.Tests.Records;

/// <summary>No question about records reads the whole table, on PostgreSQL, whose planner decides by the table's size.</summary>
public sealed class RecordPlanTests : IAsyncLifetime
{
    private const int Many = 50_000;

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
    [InlineData("Y", "clinician", 8L, "2020-01-01", "2030-01-01")]
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

        await AssertNoneReadsAllAsync(9);
    }

    private async Task AssertNoneReadsAllAsync(int atLeast)
    {
        NpgsqlCommand[] commands =
            [.. _capture.Commands.Where(c => c.CommandText.Contains("labelled_records", StringComparison.Ordinal)
                && !c.CommandText.StartsWith("INSERT INTO record_imports", StringComparison.Ordinal))];
        Assert.InRange(commands.Length, atLeast, 100);
        foreach (var command in commands)
        {
            var plan = await PlanAsync(command);
            Assert.DoesNotContain("Seq Scan on labelled_records", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on record_corrections", plan, StringComparison.Ordinal);
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
