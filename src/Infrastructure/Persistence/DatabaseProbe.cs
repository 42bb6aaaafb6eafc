using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Failures;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Asks the database for a sign of life and its size.</summary>
internal sealed class DatabaseProbe(IServiceScopeFactory scopes)
{
    private const string SizeOnSqlite = "SELECT page_count * page_size AS \"Value\" FROM pragma_page_count(), pragma_page_size()";
    private const string SizeOnPostgreSql = "SELECT pg_database_size(current_database()) AS \"Value\"";

    public async Task<DatabaseState> StateAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ModelOpsDbContext>().Database;
        var (kind, size) = database.IsSqlite()
            ? ("SQLite", SizeOnSqlite)
            : ("PostgreSQL", SizeOnPostgreSql);
        try
        {
            return new DatabaseState(kind, true, await database.SqlQueryRaw<long>(size).SingleAsync(cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && FailureClassifier.IsDatabaseFailure(exception))
        {
            return new DatabaseState(kind, false, null);
        }
    }
}
