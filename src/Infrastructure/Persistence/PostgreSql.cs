using ModelOps.Application.Failures;
using ModelOps.Infrastructure.Failures;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Creates connections to PostgreSQL and classifies its errors.</summary>
internal static class PostgreSql
{
    /// <summary>Default connect timeout in seconds. The default is short, because requests wait for the connection.</summary>
    private const int ConnectTimeout = 5;

    /// <exception cref="StartupException">The setting is not a valid connection string.</exception>
    public static string ConnectionString(InfrastructureSettings settings)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
            connection.ApplicationName ??= "ModelOps";
            if (!connection.ContainsKey("Timeout"))
            {
                connection.Timeout = ConnectTimeout;
            }

            return connection.ConnectionString;
        }
        catch (ArgumentException)
        {
            // The original exception is dropped: its message quotes a part of the connection string, which may contain the password.
            throw new StartupException(
                "ConnectionStrings__ModelOps is not a PostgreSQL connection string, such as Host=db;Database=modelops;Username=modelops;Password=….");
        }
    }

    /// <summary>
    /// Creates a connection outside of the pool. Session state (an advisory lock, a LISTEN subscription) must not return to a pool.
    /// </summary>
    public static NpgsqlConnection Unpooled(string connectionString) => new(new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        KeepAlive = 10,
    }.ConnectionString);

    /// <summary>
    /// Whether a retry can succeed: the server is unavailable or starting, it has closed the connection, or its disk is full.
    /// </summary>
    public static bool IsAway(Exception exception) =>
        FailureClassifier.Causes(exception).OfType<NpgsqlException>()
            .Any(cause => EnvironmentFailures.OfProvider(cause) != FailureKind.Other);

    /// <summary>Tells the operator what to change if no retry can solve the problem; null for any other exception.</summary>
    public static StartupException? Refusal(Exception exception) =>
        FailureClassifier.Causes(exception).OfType<PostgresException>().FirstOrDefault()?.SqlState switch
        {
            PostgresErrorCodes.InvalidCatalogName => new StartupException(
                "The database that ConnectionStrings__ModelOps names doesn't exist. Create it, then start again.", exception),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new StartupException(
                "PostgreSQL refuses the user name or password of ConnectionStrings__ModelOps.", exception),
            PostgresErrorCodes.InsufficientPrivilege => new StartupException(
                "The database user of ConnectionStrings__ModelOps may not prepare the database. "
                + "Run the command migrate as a user who may, then start again.",
                exception),
            _ => null,
        };
}
