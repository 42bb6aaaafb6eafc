using System.Globalization;
using Hangfire.PostgreSql;
using ModelOps.Infrastructure.Persistence;
using Npgsql;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Hangfire's tables on PostgreSQL, in a schema of their own.</summary>
internal sealed class PostgreSqlJobStorage(InfrastructureSettings settings)
{
    private const string Schema = "hangfire";
    private const string ScriptPrefix = "Hangfire.PostgreSql.Scripts.Install.v";
    private const string ScriptSuffix = ".sql";

    /// <summary>The last of the scripts that this build's Hangfire carries.</summary>
    private static readonly int Version = typeof(PostgreSqlObjectsInstaller).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ScriptPrefix, StringComparison.Ordinal) && name.EndsWith(ScriptSuffix, StringComparison.Ordinal))
        .Max(name => int.Parse(name.AsSpan(ScriptPrefix.Length, name.Length - ScriptPrefix.Length - ScriptSuffix.Length),
            CultureInfo.InvariantCulture));

    public static PostgreSqlStorageOptions Options => new()
    {
        SchemaName = Schema,

        // A fixed time would hand every training that takes longer to a second worker. Longer than a shutdown takes,
        // during which nobody renews it.
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromSeconds(90),

        // Wakes a worker within a tenth of a second; the polling is for when a notification is lost.
        EnableLongPolling = true,
        QueuePollInterval = TimeSpan.FromSeconds(2),
        DistributedLockTimeout = TimeSpan.FromMinutes(1),

        // The start prepares the schema, one process at a time, and a start that can't is not swallowed.
        PrepareSchemaIfNecessary = false,
        AllowDegradedModeWithoutStorage = false,
    };

    /// <summary>One process at a time calls this; the installer's own scripts get in each other's way.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        if (await VersionAsync(connection, cancellationToken) < Version)
        {
            PostgreSqlObjectsInstaller.Install(connection, Schema);
            if (await VersionAsync(connection, cancellationToken) < Version)
            {
                throw new InvalidOperationException("Hangfire's tables could not be prepared; its log lines say why.");
            }
        }
    }

    public async Task<bool> IsPreparedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await VersionAsync(connection, cancellationToken) >= Version;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = PostgreSql.Unpooled(PostgreSql.ConnectionString(settings));
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>0 while there are no tables.</summary>
    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT to_regclass('{Schema}.schema') IS NOT NULL";
        if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            return 0;
        }

        command.CommandText = $"SELECT coalesce(max(version), 0) FROM {Schema}.schema";
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
