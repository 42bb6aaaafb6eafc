using System.Globalization;
using Hangfire.PostgreSql;
using ModelOps.Infrastructure.Persistence;
using Npgsql;

namespace ModelOps.Infrastructure.Jobs;

/// <summary>Hangfire's storage on PostgreSQL, in a separate database schema.</summary>
internal sealed class PostgreSqlJobStorage(InfrastructureSettings settings)
{
    private const string Schema = "hangfire";
    private const string ScriptPrefix = "Hangfire.PostgreSql.Scripts.Install.v";
    private const string ScriptSuffix = ".sql";

    /// <summary>The schema version of the referenced Hangfire package: the highest number among its embedded install scripts.</summary>
    private static readonly int Version = typeof(PostgreSqlObjectsInstaller).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ScriptPrefix, StringComparison.Ordinal) && name.EndsWith(ScriptSuffix, StringComparison.Ordinal))
        .Max(name => int.Parse(name.AsSpan(ScriptPrefix.Length, name.Length - ScriptPrefix.Length - ScriptSuffix.Length),
            CultureInfo.InvariantCulture));

    public static PostgreSqlStorageOptions Options => new()
    {
        SchemaName = Schema,

        // A fixed timeout would give every long training to a second worker. A sliding timeout is renewed while the worker runs.
        // It is longer than a shutdown, during which it is not renewed.
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromSeconds(90),

        // Long polling wakes a worker within 0.1 s. The queue polling is the fallback for a lost notification.
        EnableLongPolling = true,
        QueuePollInterval = TimeSpan.FromSeconds(2),
        DistributedLockTimeout = TimeSpan.FromMinutes(1),

        // DatabasePreparation prepares the schema under a lock, and its failure must end the start.
        PrepareSchemaIfNecessary = false,
        AllowDegradedModeWithoutStorage = false,
    };

    /// <summary>Installs or updates the schema. The caller holds the schema lock: the install scripts must not run concurrently.</summary>
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

    /// <summary>The installed schema version; 0 when the tables do not exist.</summary>
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
