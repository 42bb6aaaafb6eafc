using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;
using ModelOps.Infrastructure.FaultInjection;
using ModelOps.Infrastructure.Files;
using SQLitePCL;

namespace ModelOps.Infrastructure.Persistence;

internal sealed partial class SqliteModelOpsDbContext(
    DbContextOptions<SqliteModelOpsDbContext> options, TimeProvider time, DataDirectory directory, SqliteWriteGate gate)
    : ModelOpsDbContext(options)
{
    /// <summary>What a record takes in the file, indexes included: 241 MB for a million, measured.</summary>
    private const int BytesOfRecord = 241;

    /// <summary>Whether this context is inside of the gate, so that its further writes don't enter again.</summary>
    public bool HoldsGate { get; private set; }

    /// <summary>The time of this process's clock. An embedded database is used by one process only.</summary>
    public override Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) => Task.FromResult(time.GetUtcNow().UtcDateTime);

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE
            or raw.SQLITE_CONSTRAINT_PRIMARYKEY };

    public override bool IsForeignKeyViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_FOREIGNKEY
            or raw.SQLITE_CONSTRAINT_TRIGGER };

    public override Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WritingAsync(() => base.InTransactionAsync(work, cancellationToken), cancellationToken);

    public override void RequireRoom(long records) => directory.Reserve.RequireRoom(records * BytesOfRecord);

    /// <summary>Runs one prepared statement per record. SaveChanges takes ten times as long and keeps other writers waiting.</summary>
    protected override Task InsertRowsAsync(IReadOnlyList<LabelledRecord> records, CancellationToken cancellationToken)
    {
        FaultPoints.Hit("records.insert", records.Count);
        directory.Reserve.RequireRoom();
        using var command = (SqliteCommand)Database.GetDbConnection().CreateCommand();
        command.Transaction = (SqliteTransaction?)Database.CurrentTransaction?.GetDbTransaction()
            ?? throw new InvalidOperationException("Records are inserted inside of a transaction.");
        command.CommandText =
            """
            INSERT INTO labelled_records
                ("HbA1c", "Age", "Bmi", "Gender", "Class", "Source", "CreatedAt", "CreatedBy", "PredictionId", "ImportId",
                "PatientHash")
            VALUES ($hba1c, $age, $bmi, $gender, $class, $source, $at, $by, $prediction, $import, $patient)
            """;
        var parameters = command.Parameters;
        foreach (var record in records)
        {
            parameters.Clear();
            parameters.AddWithValue("$hba1c", record.HbA1c);
            parameters.AddWithValue("$age", record.Age);
            parameters.AddWithValue("$bmi", record.Bmi);
            parameters.AddWithValue("$gender", (int)record.Gender);
            parameters.AddWithValue("$class", (int)record.Class);
            parameters.AddWithValue("$source", record.Source.ToString());
            parameters.AddWithValue("$at", record.CreatedAt);
            parameters.AddWithValue("$by", record.CreatedBy);
            parameters.AddWithValue("$prediction", (object?)record.PredictionId ?? DBNull.Value);
            parameters.AddWithValue("$import", (object?)record.ImportId ?? DBNull.Value);
            parameters.AddWithValue("$patient", (object?)record.PatientHash ?? DBNull.Value);
            command.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    protected override Task<IReadOnlyList<bool>> FindKnownAsync(
        DbConnection connection, IReadOnlyList<LabelledExample> rows, CancellationToken cancellationToken)
    {
        using var command = (SqliteCommand)connection.CreateCommand();
        command.CommandText =
            """
            SELECT EXISTS (
                SELECT 1 FROM labelled_records r
                WHERE r."HbA1c" = $hba1c AND r."Age" = $age AND r."Bmi" = $bmi AND r."Gender" = $gender AND r."Class" = $class
                    AND (r."ImportId" IS NULL
                        OR EXISTS (SELECT 1 FROM record_imports i WHERE i."Id" = r."ImportId" AND i."State" = 'Published')))
            """;
        string[] names = ["$hba1c", "$age", "$bmi", "$gender", "$class"];
        SqliteParameter[] parameters = [.. names.Select(name => command.Parameters.Add(new SqliteParameter(name, 0.0)))];
        var known = new bool[rows.Count];
        for (var i = 0; i < known.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (features, label) = rows[i];
            parameters[0].Value = features.HbA1c;
            parameters[1].Value = features.Age;
            parameters[2].Value = features.Bmi;
            parameters[3].Value = (int)features.Gender;
            parameters[4].Value = (int)label;
            known[i] = (long)command.ExecuteScalar()! == 1;
        }

        return Task.FromResult<IReadOnlyList<bool>>(known);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        ChangeTracker.HasChanges()
            ? WritingAsync(() => base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken), cancellationToken)
            : Task.FromResult(0);

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        if (HoldsGate)
        {
            return base.SaveChanges(acceptAllChangesOnSuccess);
        }

        using var turn = gate.Enter();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    /// <summary>Does nothing, because no other process uses an embedded database.</summary>
    public override Task AnnounceActivationAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does nothing: the lock on the data directory already excludes other processes.</summary>
    public override Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable>(Stream.Null);

    protected override DbConnection NewConnection() => new SqliteConnection(Database.GetConnectionString());

    public override bool IsAway(Exception exception) => false;

    public override StartupException? RefusalOf(Exception exception) => null;

    private async Task<T> WritingAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        if (HoldsGate)
        {
            return await write();
        }

        using var turn = await gate.EnterAsync(cancellationToken);
        HoldsGate = true;
        try
        {
            return await write();
        }
        finally
        {
            HoldsGate = false;
        }
    }
}
