using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.Infrastructure.FaultInjection;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

internal sealed partial class NpgsqlModelOpsDbContext(DbContextOptions<NpgsqlModelOpsDbContext> options) : ModelOpsDbContext(options)
{
    /// <summary>The key of the advisory lock. No other program on this database may use the same key.</summary>
    private const long SchemaLock = 0x4D6F64656C4F7073;

    public override async Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) =>
        await Database.SqlQuery<DateTime>($"""SELECT clock_timestamp() AS "Value" """).SingleAsync(cancellationToken);

    /// <summary>Sends a notification without a payload. Each receiver reads the active pointer from the database.</summary>
    public override Task AnnounceActivationAsync(CancellationToken cancellationToken) =>
        Database.ExecuteSqlAsync($"SELECT pg_notify({ActivationListener.Channel}, '')", cancellationToken);

    /// <summary>Sends the records with COPY.</summary>
    protected override async Task InsertRowsAsync(IReadOnlyList<LabelledRecord> records, CancellationToken cancellationToken)
    {
        FaultPoints.Hit("records.insert", records.Count);
        EnsureSameTransaction(_open);
        await using var writer = await ((NpgsqlConnection)Database.GetDbConnection()).BeginBinaryImportAsync(
            """
            COPY labelled_records
                ("HbA1c", "Age", "Bmi", "Gender", "Class", "Source", "CreatedAt", "CreatedBy", "PredictionId", "ImportId",
                "PatientHash")
            FROM STDIN (FORMAT BINARY)
            """,
            cancellationToken);
        foreach (var record in records)
        {
            await writer.WriteRowAsync(
                cancellationToken,
                record.HbA1c,
                record.Age,
                record.Bmi,
                (int)record.Gender,
                (int)record.Class,
                record.Source.ToString(),
                record.CreatedAt,
                record.CreatedBy,
                record.PredictionId,
                record.ImportId,
                record.PatientHash);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    /// <summary>Sends the rows as arrays. Each row is looked up in the index, however many records there are.</summary>
    protected override async Task<IReadOnlyList<bool>> FindKnownAsync(
        DbConnection connection, IReadOnlyList<LabelledExample> rows, CancellationToken cancellationToken)
    {
        await using var command = ((NpgsqlConnection)connection).CreateCommand();
        command.CommandText =
            """
            SELECT k.number FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS k(hba1c, age, bmi, gender, class, number)
            CROSS JOIN LATERAL (
                SELECT 1 FROM labelled_records r
                WHERE r."HbA1c" = k.hba1c AND r."Age" = k.age AND r."Bmi" = k.bmi AND r."Gender" = k.gender AND r."Class" = k.class
                    AND (r."ImportId" IS NULL
                        OR EXISTS (SELECT 1 FROM record_imports i WHERE i."Id" = r."ImportId" AND i."State" = 'Published'))
                LIMIT 1) AS found
            """;
        Add(rows.Select(row => row.Features.HbA1c));
        Add(rows.Select(row => row.Features.Age));
        Add(rows.Select(row => row.Features.Bmi));
        Add(rows.Select(row => (int)row.Features.Gender));
        Add(rows.Select(row => (int)row.Class));
        var known = new bool[rows.Count];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known[reader.GetInt64(0) - 1] = true;
        }

        return known;

        void Add<T>(IEnumerable<T> values) => command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values] });
    }

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public override bool IsForeignKeyViolation(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    public override async Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken)
    {
        var connection = PostgreSql.Unpooled(Database.GetConnectionString()!);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT pg_advisory_lock($1)";
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = SchemaLock });

            // No timeout: the wait for the lock lasts as long as another process prepares the database.
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    protected override DbConnection NewConnection() => new NpgsqlConnection(Database.GetConnectionString());

    public override bool IsAway(Exception exception) => PostgreSql.IsAway(exception);

    public override StartupException? RefusalOf(Exception exception) => PostgreSql.Refusal(exception);
}
