using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Makes commits exactly-once under retries. The retrying execution strategy repeats a transaction when the connection fails. If the
/// connection fails during the commit, the outcome is unknown, and repeating a committed transaction would apply its changes twice.
/// PostgreSQL records the outcome of each transaction (<c>pg_xact_status</c>), so the outcome is queried before a repetition.
/// </summary>
internal sealed partial class NpgsqlModelOpsDbContext
{
    /// <summary>How long the outcome of a transaction is queried while the database is unavailable.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>The open transaction of the current use case.</summary>
    private IDbContextTransaction? _open;

    /// <summary>Replaces EF Core's method, which repeats a failed commit without checking its outcome.</summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        EnsureSameTransaction(_open);
        if (Database.CurrentTransaction is not null || !ChangeTracker.HasChanges())
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        var saved = await Database.CreateExecutionStrategy().ExecuteAsync(
            async cancel =>
            {
                await using var transaction = await Database.BeginTransactionAsync(cancel);

                // Changes are accepted only after the commit, because a retry must still find them in the change tracker.
                var changes = await base.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancel);
                await CommitAsync(transaction, cancel);
                return changes;
            },
            cancellationToken);
        if (acceptAllChangesOnSuccess)
        {
            ChangeTracker.AcceptAllChanges();
        }

        return saved;
    }

    protected override async Task CommitAsync(IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        var id = await Database.SqlQuery<string>($"""SELECT pg_current_xact_id()::text AS "Value" """).SingleAsync(cancellationToken);
        EnsureSameTransaction(transaction);
        try
        {
            // The commit is not cancellable. If the client disconnects during the commit, the outcome must not become unknown.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception) when (PostgreSql.IsAway(exception))
        {
            if (!await WasCommittedAsync(id, exception))
            {
                throw;
            }
        }
    }

    protected override void Enter(IDbContextTransaction? transaction) => _open = transaction;

    /// <summary>
    /// Throws when the connection was lost since the transaction began. EF Core silently opens a new connection for the next statement,
    /// which then runs outside of the transaction. The earlier statements are rolled back, so the whole transaction must be repeated.
    /// </summary>
    private void EnsureSameTransaction(IDbContextTransaction? transaction)
    {
        if (transaction is not null && Database.CurrentTransaction != transaction)
        {
            // The retrying execution strategy treats this exception as a lost connection and repeats the transaction.
            throw new NpgsqlException("The connection was lost in the middle of a transaction.", new IOException());
        }
    }

    /// <exception cref="CommitUnknownException">The database is still unavailable after the time limit.</exception>
    private async Task<bool> WasCommittedAsync(string transactionId, Exception failure)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(AskInterval);
        try
        {
            while (true)
            {
                switch (await FateAsync(transactionId, limit.Token))
                {
                    case "committed":
                        return true;
                    case "aborted":
                        return false;
                }

                // The database is unavailable, or the server has not yet detected that the connection is lost.
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new CommitUnknownException(failure);
        }
    }

    /// <summary>The status of a transaction; null while the database is unavailable.</summary>
    private async Task<string?> FateAsync(string transactionId, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = PostgreSql.Unpooled(Database.GetConnectionString()!);
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT pg_xact_status($1::xid8)";
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = transactionId });
            return await command.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (Exception exception) when (PostgreSql.IsAway(exception))
        {
            return null;
        }
    }
}

/// <summary>
/// The database became unavailable during a commit, and the outcome of the commit is unknown. The change must not be repeated blindly.
/// </summary>
internal sealed class CommitUnknownException(Exception failure)
    : DbException("The database went away in the middle of a commit.", failure);
