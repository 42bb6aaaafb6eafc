using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;

namespace ModelOps.Infrastructure.Persistence;

internal abstract partial class ModelOpsDbContext
{
    /// <summary>Saves the changes and their counters in one transaction.</summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var changes = CounterChanges.Of(ChangeTracker);
        if (changes.IsEmpty)
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        if (Database.CurrentTransaction is not null)
        {
            var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            await WriteAsync(changes, cancellationToken);
            return saved;
        }

        await using var transaction = await Database.BeginTransactionAsync(cancellationToken);
        var count = await base.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancellationToken);
        await WriteAsync(changes, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (acceptAllChangesOnSuccess)
        {
            ChangeTracker.AcceptAllChanges();
        }

        return count;
    }

    public async Task InsertAsync(IReadOnlyList<LabelledRecord> records, CancellationToken cancellationToken)
    {
        await InsertRowsAsync(records, cancellationToken);
        await WriteAsync(CounterChanges.Of(records), cancellationToken);
    }

    public async Task InsertAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken)
    {
        await InsertRowsAsync(predictions, cancellationToken);
        var changes = CounterChanges.Of(predictions);
        if (!changes.IsEmpty)
        {
            await WriteAsync(changes, cancellationToken);
        }
    }

    public async Task<int> DeleteRecordsOfAsync(long patient, CancellationToken cancellationToken)
    {
        var transaction = RequireTransaction();
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            DELETE FROM labelled_records WHERE "PatientHash" = @patient RETURNING "ImportId", "Class"
            """;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@patient", patient);
        command.Parameters.Add(parameter);
        var (changes, deleted) = (new CounterChanges(), 0);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            for (; await reader.ReadAsync(cancellationToken); deleted++)
            {
                changes.Add(reader.IsDBNull(0) ? null : reader.GetInt64(0), (DiabetesClass)reader.GetInt32(1), -1);
            }
        }

        await WriteAsync(changes, cancellationToken);
        return deleted;
    }

    /// <summary>Writes the rows alone, without their counters.</summary>
    protected abstract Task InsertRowsAsync(IReadOnlyList<LabelledRecord> records, CancellationToken cancellationToken);

    /// <inheritdoc cref="InsertRowsAsync(IReadOnlyList{LabelledRecord}, CancellationToken)"/>
    protected abstract Task InsertRowsAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken);

    private Task WriteAsync(CounterChanges changes, CancellationToken cancellationToken)
    {
        var transaction = RequireTransaction();
        return changes.WriteAsync(transaction.Connection!, transaction, cancellationToken);
    }

    /// <summary>
    /// The open transaction. Statements that are sent on its own connection never open a lost connection anew, as EF Core's do.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    private DbTransaction RequireTransaction() => Database.CurrentTransaction?.GetDbTransaction()
        ?? throw new InvalidOperationException("Counters are kept inside of a transaction.");
}
