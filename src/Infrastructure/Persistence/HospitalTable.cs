using System.Data;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Failures;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Failures;
using ModelOps.Infrastructure.Files;
using Npgsql;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>
/// Reads the hospital's own table. The result of the query is written as CSV text to a <see cref="SealedFile"/> and read by the reader of
/// uploaded files, so that mapping, units, codings and validation are the same. The transaction is read-only, the query is a subquery (so
/// it can't be several statements), and time and rows are limited.
/// </summary>
internal sealed partial class HospitalTable(
    SourceSettings settings, RowsFiles files, IClinicalCsvReader csv, TimeProvider time, ILogger<HospitalTable> logger) : IRecordSource
{
    private const int MaxKinds = 20;

    /// <summary>Waiting times before another attempt, for a database that restarts.</summary>
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    public bool IsConfigured => settings.ConnectionString is not null;

    public async Task<SourceRows> ReadAsync(SplitKey key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var table = new SealedFile(files.NewPath());
                await CopyAsync(table, cancellationToken);
                return Read(table, key, cancellationToken);
            }
            catch (IOException exception) when (DurableFiles.IsDiskFull(exception))
            {
                throw StorageRefusals.Full(exception);
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException
                or InvalidCastException or NotSupportedException)
            {
                var state = (exception as PostgresException)?.SqlState ?? "";
                LogFailed(exception.GetType().Name, state);
                var isAway = exception is SocketException or TimeoutException
                    || EnvironmentFailures.Classify(exception) != FailureKind.Other;
                if (!isAway || state == PostgresErrorCodes.ReadOnlySqlTransaction || attempt == Delays.Length)
                {
                    throw RefusalOf(exception, state, isAway);
                }
            }

            await Task.Delay(Delays[attempt], time, cancellationToken);
        }
    }

    private RefusalException RefusalOf(Exception exception, string state, bool isAway) => state switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => SourceRefusals.Writes(exception),
        PostgresErrorCodes.QueryCanceled => SourceRefusals.TooSlow(settings.TimeoutSeconds, exception),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.InvalidCatalogName => SourceRefusals.NoAccess(exception),
        "" when isAway => SourceRefusals.Unavailable(exception),
        "" => SourceRefusals.BadTable(Sentence.Of($"A column has a type that can't be read.")),
        _ => isAway ? SourceRefusals.Unavailable(exception) : SourceRefusals.BadQuery(state, exception),
    };

    /// <summary>Writes the result of the query as CSV text: a header, then each row. Numbers have a decimal point.</summary>
    private async Task CopyAsync(Stream destination, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var limit = string.Create(
            CultureInfo.InvariantCulture, $"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '{settings.TimeoutSeconds}s'");
        await using (var limits = new NpgsqlCommand(limit, connection, transaction))
        {
            await limits.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM (\n{settings.Query}\n) AS source LIMIT {settings.MaxRows + 1}"),
            connection,
            transaction)
        {
            // The server's limit comes first; this one is for a server that no longer answers.
            CommandTimeout = settings.TimeoutSeconds + 5,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var writer = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            Write(writer, i, reader.GetName(i));
        }

        for (var rows = 1L; await reader.ReadAsync(cancellationToken); rows++)
        {
            if (rows > settings.MaxRows)
            {
                throw SourceRefusals.TooManyRows(settings.MaxRows);
            }

            writer.Write('\n');
            for (var i = 0; i < reader.FieldCount; i++)
            {
                Write(writer, i, await reader.IsDBNullAsync(i, cancellationToken) ? "" : reader.GetValue(i) switch
                {
                    string text => text,
                    IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                    var value => value.ToString() ?? "",
                });
            }
        }

        writer.Write('\n');
        await writer.DisposeAsync();
    }

    private static void Write(StreamWriter writer, int column, string value)
    {
        if (column > 0)
        {
            writer.Write(',');
        }

        if (value.Length > 0)
        {
            writer.Write('"');
            writer.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
            writer.Write('"');
        }
    }

    private SourceRows Read(SealedFile table, SplitKey key, CancellationToken cancellationToken)
    {
        using var collector = files.Collect(key);
        CsvReport report;
        try
        {
            report = csv.Read(
                table, settings.Options, row => collector.Add(row.Example, key.TokenOf(row.PatientReference)), cancellationToken);
        }
        catch (RefusalException refusal) when (refusal.Code == DatasetRefusals.ConfirmationNeededCode)
        {
            throw SourceRefusals.NeedsConfirmation(string.Join(',', refusal.Errors?.Values.SelectMany(codes => codes) ?? []));
        }
        catch (RefusalException refusal) when (refusal.Kind is RefusalKind.Invalid or RefusalKind.Unprocessable)
        {
            // A mapping that doesn't fit is told by field, such as mapping.columns.HbA1c.header.
            throw SourceRefusals.BadTable(refusal.Errors is { } errors
                ? Sentence.Plain(string.Join("; ", errors.SelectMany(e => e.Value.Select(message => $"{e.Key}: {message}"))))
                : Sentence.Of(refusal.Detail));
        }

        return new SourceRows(
            collector.Complete(),
            new SourceReport(
                report.Rows,
                report.Rejected,
                [.. report.ProblemCounts.OrderByDescending(p => p.Rows).Take(MaxKinds)]));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hospital's table could not be read: {Failure} {SqlState}")]
    private partial void LogFailed(string failure, string sqlState);
}
