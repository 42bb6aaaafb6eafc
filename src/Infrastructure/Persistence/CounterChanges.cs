using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// What one transaction adds to the counters (<see cref="RecordCount"/>, <see cref="OutcomeCount"/>, <see cref="OutcomeDay"/>). All
/// transactions write them in the same order, by table and key, so that two of them never wait for each other.
/// </summary>
internal sealed class CounterChanges
{
    private readonly SortedDictionary<(long Import, int Class), long> _records = [];

    private readonly SortedDictionary<(string Version, int Confirmed, int Class), long> _outcomes =
        new(Comparer<(string Version, int Confirmed, int Class)>.Create((a, b) =>
            string.CompareOrdinal(a.Version, b.Version) is not 0 and var order
                ? order : (a.Confirmed, a.Class).CompareTo((b.Confirmed, b.Class))));

    private readonly SortedDictionary<DateOnly, (long Confirmed, long Right)> _days = [];

    /// <summary>What the entities that wait to be saved will change.</summary>
    public static CounterChanges Of(ChangeTracker tracker)
    {
        var changes = new CounterChanges();
        foreach (var entry in tracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted))
            {
                continue;
            }

            switch (entry.Entity)
            {
                case LabelledRecord record:
                    changes.Add(record.ImportId, Before(entry, nameof(LabelledRecord.Class)), -1);
                    changes.Add(record.ImportId, entry.State == EntityState.Deleted ? null : record.Class, 1);
                    break;
                case Prediction prediction:
                    changes.Add(prediction, Before(entry, nameof(Prediction.ConfirmedClass)), -1);
                    changes.Add(prediction, entry.State == EntityState.Deleted ? null : prediction.ConfirmedClass, 1);
                    break;
            }
        }

        return changes;
    }

    public static CounterChanges Of(IReadOnlyList<LabelledRecord> added)
    {
        var changes = new CounterChanges();
        foreach (var record in added)
        {
            changes.Add(record.ImportId, record.Class, 1);
        }

        return changes;
    }

    public static CounterChanges Of(IReadOnlyList<Prediction> added)
    {
        var changes = new CounterChanges();
        foreach (var prediction in added)
        {
            changes.Add(prediction, prediction.ConfirmedClass, 1);
        }

        return changes;
    }

    /// <param name="import">The import of the records; null for those that no import added.</param>
    /// <param name="label">Their class; null changes nothing.</param>
    public void Add(long? import, DiabetesClass? label, long records)
    {
        if (label is { } known)
        {
            var key = (import ?? RecordCount.NoImport, (int)known);
            _records[key] = _records.GetValueOrDefault(key) + records;
        }
    }

    /// <summary>Whether there is nothing to write. What was added and taken away again isn't left out.</summary>
    public bool IsEmpty => _records.Count + _outcomes.Count + _days.Count == 0;

    /// <summary>Adds the changes to the counters. Uses the connection itself, which never opens a lost connection anew.</summary>
    public async Task WriteAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await WriteAsync(
            "record_counts",
            ["ImportId", "Class"],
            ["Records"],
            _records.Where(r => r.Value != 0).Select(r => new object[] { r.Key.Import, r.Key.Class, r.Value }));
        await WriteAsync(
            "outcome_counts",
            ["Version", "ConfirmedClass", "Class"],
            ["Predictions"],
            _outcomes.Where(o => o.Value != 0).Select(o => new object[] { o.Key.Version, o.Key.Confirmed, o.Key.Class, o.Value }));
        await WriteAsync(
            "outcome_days",
            ["Day"],
            ["Confirmed", "Right"],
            _days.Where(d => d.Value != (0, 0)).Select(d => new object[] { d.Key, d.Value.Confirmed, d.Value.Right }));

        async Task WriteAsync(string table, string[] key, string[] counters, IEnumerable<object[]> rows)
        {
            // A statement takes a limited number of parameters.
            foreach (var some in rows.Chunk(1_000))
            {
                await using var command = connection.CreateCommand();
                command.Transaction = transaction;
                var values = some.Select(row => $"({string.Join(", ", row.Select(value => Parameter(command, value)))})");
                command.CommandText =
                    $"""
                    INSERT INTO {table} ({Names([.. key, .. counters])}) VALUES {string.Join(", ", values)}
                    ON CONFLICT ({Names(key)}) DO UPDATE
                    SET {string.Join(", ", counters.Select(c => $"\"{c}\" = {table}.\"{c}\" + excluded.\"{c}\""))}
                    """;
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private static string Names(string[] columns) => string.Join(", ", columns.Select(column => $"\"{column}\""));

    private static string Parameter(DbCommand command, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = $"@p{command.Parameters.Count}";
        parameter.Value = value;
        command.Parameters.Add(parameter);
        return parameter.ParameterName;
    }

    private static DiabetesClass? Before(EntityEntry entry, string property) =>
        entry.State == EntityState.Added ? null : (DiabetesClass?)entry.Property(property).OriginalValue;

    private void Add(Prediction prediction, DiabetesClass? confirmed, int predictions)
    {
        if (confirmed is { } known)
        {
            var key = (prediction.Version, (int)known, (int)prediction.Class);
            _outcomes[key] = _outcomes.GetValueOrDefault(key) + predictions;
            var day = DateOnly.FromDateTime(prediction.CreatedAt.ToUniversalTime());
            var (all, right) = _days.GetValueOrDefault(day);
            _days[day] = (all + predictions, right + (known == prediction.Class ? predictions : 0));
        }
    }
}
