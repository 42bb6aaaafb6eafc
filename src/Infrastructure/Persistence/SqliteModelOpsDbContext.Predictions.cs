using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Predictions;
using SQLitePCL;

namespace ModelOps.Infrastructure.Persistence;

internal sealed partial class SqliteModelOpsDbContext
{
    /// <summary>
    /// Runs one prepared statement per prediction. Its values are bound from buffers of this method: the provider's parameters box and copy
    /// each of them. Ids and times are written as the provider writes them.
    /// </summary>
    protected override Task InsertRowsAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken)
    {
        if (Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("Predictions are inserted inside of a transaction.");
        }

        var connection = ((SqliteConnection)Database.GetDbConnection()).Handle!;
        Check(raw.sqlite3_prepare_v2(
            connection,
            """
            INSERT INTO predictions
                ("Id", "HbA1c", "Age", "Bmi", "Gender", "Negative", "Prediabetes", "Diabetes", "Class", "Version", "CreatedAt",
                "ReferenceToken", "ConfirmedClass", "ConfirmedSource", "ConfirmedAt", "ConfirmedBy")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            out var statement));
        using (statement)
        {
            Span<byte> text = stackalloc byte[64];
            foreach (var prediction in predictions)
            {
                Bind(statement, prediction, text);
                if (raw.sqlite3_step(statement) is not raw.SQLITE_DONE and var failure)
                {
                    Check(failure);
                }

                Check(raw.sqlite3_reset(statement));
            }
        }

        return Task.CompletedTask;

        void Check(int code) => SqliteException.ThrowExceptionForRC(code, connection);
    }

    private static void Bind(sqlite3_stmt statement, Prediction prediction, Span<byte> text)
    {
        prediction.Id.TryFormat(text, out var length);
        Ascii.ToUpperInPlace(text[..length], out _);
        raw.sqlite3_bind_text(statement, 1, text[..length]);
        raw.sqlite3_bind_double(statement, 2, prediction.HbA1c);
        raw.sqlite3_bind_double(statement, 3, prediction.Age);
        raw.sqlite3_bind_double(statement, 4, prediction.Bmi);
        raw.sqlite3_bind_int(statement, 5, (int)prediction.Gender);
        raw.sqlite3_bind_double(statement, 6, prediction.Negative);
        raw.sqlite3_bind_double(statement, 7, prediction.Prediabetes);
        raw.sqlite3_bind_double(statement, 8, prediction.Diabetes);
        raw.sqlite3_bind_int(statement, 9, (int)prediction.Class);
        raw.sqlite3_bind_text(statement, 10, prediction.Version);
        Bind(statement, 11, prediction.CreatedAt, text);
        Bind(statement, 12, prediction.ReferenceToken);
        Bind(statement, 13, (int?)prediction.ConfirmedClass);
        raw.sqlite3_bind_text(statement, 14, prediction.ConfirmedSource?.ToString());
        Bind(statement, 15, prediction.ConfirmedAt, text);
        raw.sqlite3_bind_text(statement, 16, prediction.ConfirmedBy);
    }

    private static void Bind(sqlite3_stmt statement, int index, long? value)
    {
        if (value is { } known)
        {
            raw.sqlite3_bind_int64(statement, index, known);
        }
        else
        {
            raw.sqlite3_bind_null(statement, index);
        }
    }

    private static void Bind(sqlite3_stmt statement, int index, DateTime? value, Span<byte> text)
    {
        if (value is { } known)
        {
            // The provider writes 2026-11-30 12:00:00.12345. That custom format is slow; this one is 2026-11-30T12:00:00.1234500Z.
            known.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
            text[10] = (byte)' ';
            raw.sqlite3_bind_text(statement, index, text[..27].TrimEnd((byte)'0').TrimEnd((byte)'.'));
        }
        else
        {
            raw.sqlite3_bind_null(statement, index);
        }
    }
}
