using ModelOps.Application.Failures;
using ModelOps.Infrastructure.Failures;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Connections to PostgreSQL, and what its errors mean to an operator.</summary>
internal static class PostgreSql
{
    /// <summary>Seconds until an attempt to connect is given up, where the operator says nothing: short, as requests wait for it.</summary>
    private const int ConnectTimeout = 5;

    /// <exception cref="StartupException">It isn't a connection string.</exception>
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
            // Its message repeats a part of the text, which may be a part of the password.
            throw new StartupException(
                "ConnectionStrings__ModelOps is not a PostgreSQL connection string, such as Host=db;Database=modelops;Username=modelops;Password=….");
        }
    }

    /// <summary>A connection of its own: what a session holds (a lock, a subscription) must not live on in a pool.</summary>
    public static NpgsqlConnection Unpooled(string connectionString) => new(new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        KeepAlive = 10,
    }.ConnectionString);

    /// <summary>Whether waiting helps: the server is away, starting, has ended the connection, or its disk is full.</summary>
    public static bool IsAway(Exception exception) =>
        FailureClassifier.Causes(exception).OfType<NpgsqlException>().Any(cause => EnvironmentFailures.OfProvider(cause) != FailureKind.Other);

    /// <summary>What an operator has to change, where waiting doesn't help; null for anything else.</summary>
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
