using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Brings the statements that EF Core sends without saving (<c>ExecuteUpdateAsync</c>, <c>ExecuteDeleteAsync</c>, plain SQL) through the
/// <see cref="SqliteWriteGate"/>. Inside of a transaction the context holds the gate already.
/// </summary>
internal sealed class SqliteWriteInterceptor(SqliteWriteGate gate) : DbCommandInterceptor
{
    private readonly ConditionalWeakTable<DbCommand, IDisposable> _turns = [];

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (command.Transaction is null && eventData.Context is SqliteModelOpsDbContext { HoldsGate: false })
        {
            _turns.Add(command, await gate.EnterAsync(cancellationToken));
        }

        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Leave(command);
        return ValueTask.FromResult(result);
    }

    public override Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Leave(command);
        return Task.CompletedTask;
    }

    public override Task CommandCanceledAsync(
        DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Leave(command);
        return Task.CompletedTask;
    }

    private void Leave(DbCommand command)
    {
        if (_turns.TryGetValue(command, out var turn))
        {
            _turns.Remove(command);
            turn.Dispose();
        }
    }
}
