using Microsoft.Extensions.Configuration;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>The hospital's own table of records: <c>ModelOps__Source__…</c>.</summary>
/// <param name="ConnectionString">Null if there is none.</param>
/// <param name="Query">A SELECT. It becomes a subquery.</param>
internal sealed record SourceSettings(string? ConnectionString, string Query, CsvOptions Options, int TimeoutSeconds, long MaxRows)
{
    private const int ConnectTimeout = 5;
    private const int DefaultTimeoutSeconds = 300;
    private const long DefaultMaxRows = 1_000_000;

    /// <exception cref="StartupException">A setting is missing or has an invalid value.</exception>
    public static SourceSettings From(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        var (connection, query) = (reader.Untrimmed("Source:ConnectionString"), reader.Text("Source:Query"));
        if (connection is null != query is null)
        {
            throw new StartupException("ModelOps__Source__ConnectionString and ModelOps__Source__Query are set together or not at all.");
        }

        var columns = configuration.GetSection("ModelOps:Source:Columns").GetChildren().ToDictionary(NameOf, section => new ColumnMapping
        {
            Header = section.Value ?? section["Header"],
            Unit = section["Unit"],
            Codes = section.GetSection("Codes").GetChildren().ToDictionary(code => code.Key, code => code.Value ?? "") is
            { Count: > 0 } codes
                ? codes
                : null,
        });
        return new SourceSettings(
            connection is null ? null : Complete(connection),
            query?.TrimEnd().TrimEnd(';') ?? "",
            CsvOptions.Default with
            {
                Mapping = new CsvMapping { Columns = columns, Separator = ",", Encoding = "utf-8" },
                Confirmed = (reader.Text("Source:Confirm") ?? "")
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(),
            },
            (int)reader.Whole("Source:TimeoutSeconds", DefaultTimeoutSeconds, 1, 86_400),
            reader.Whole("Source:MaxRows", DefaultMaxRows, 1, 100_000_000));
    }

    /// <summary>The column as the schema writes it: names of environment variables may differ in letter case.</summary>
    private static string NameOf(IConfigurationSection section) =>
        FeatureSchema.Current.Columns.Select(c => c.Name).Append(ColumnNames.PatientReference)
            .FirstOrDefault(name => name.Equals(section.Key, StringComparison.OrdinalIgnoreCase))
        ?? throw new StartupException($"ModelOps__Source__Columns__{section.Key} names a column that isn't known.");

    private static string Complete(string text)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(text) { Pooling = false };
            connection.ApplicationName ??= "ModelOps";
            connection.Options = $"{connection.Options} -c default_transaction_read_only=on".Trim();
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
                "ModelOps__Source__ConnectionString is not a PostgreSQL connection string, such as Host=his;Database=his;Username=reader;Password=….");
        }
    }
}
