using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

internal sealed class NpgsqlModelOpsDbContext(DbContextOptions<NpgsqlModelOpsDbContext> options) : ModelOpsDbContext(options)
{
    public override async Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) =>
        await Database.SqlQuery<DateTime>($"""SELECT clock_timestamp() AT TIME ZONE 'UTC' AS "Value" """).SingleAsync(cancellationToken);

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public override bool IsForeignKeyViolation(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };
}
