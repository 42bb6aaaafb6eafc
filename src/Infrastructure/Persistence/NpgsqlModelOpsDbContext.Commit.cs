using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Nothing happens twice. The retrying strategy runs a transaction again when its connection fails; where it fails in the commit, nobody
/// knows whether the transaction took place, and running it again would do everything a second time. PostgreSQL remembers what became of
/// a transaction, so it is asked before anything is repeated.
/// </summary>
internal sealed partial class NpgsqlModelOpsDbContext
{
    /// <summary>How long the fate of a transaction is asked for while the database is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>The transaction that a use case has open.</summary>
    private IDbContextTransaction? _open;

    /// <summary>As EF Core's own, which retries the commit blindly.</summary>
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

                // Accepted only after the commit: a repetition has to find the changes.
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
            // Not cancelled half-way: what a client that hangs up has already begun is done or not done, but never unknown.
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
    /// When a connection breaks between two statements, EF Core opens another one for the next statement, and silently outside of the
    /// transaction. What was written before is gone then, so the whole has to be done again.
    /// </summary>
    private void EnsureSameTransaction(IDbContextTransaction? transaction)
    {
        if (transaction is not null && Database.CurrentTransaction != transaction)
        {
            // As a lost connection: the retrying strategy knows what to do.
            throw new NpgsqlException("The connection was lost in the middle of a transaction.", new IOException());
        }
    }

    /// <exception cref="CommitUnknownException">The database stays away.</exception>
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

                // Away, or the server has not yet noticed that the connection is gone.
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new CommitUnknownException(failure);
        }
    }

    /// <summary>Null while the database can't be asked.</summary>
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
/// The database went away in the middle of a commit and stays away: the change was made or not, and must not be repeated blindly.
/// </summary>
internal sealed class CommitUnknownException(Exception failure)
    : DbException("The database went away in the middle of a commit.", failure);
