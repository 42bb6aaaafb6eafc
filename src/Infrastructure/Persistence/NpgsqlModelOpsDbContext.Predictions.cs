using Microsoft.EntityFrameworkCore;
using ModelOps.Domain.Predictions;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.Infrastructure.Persistence;

internal sealed partial class NpgsqlModelOpsDbContext
{
    /// <summary>Sends the predictions with COPY, each value by its type, so that none is boxed.</summary>
    protected override async Task InsertRowsAsync(IReadOnlyList<Prediction> predictions, CancellationToken cancellationToken)
    {
        EnsureSameTransaction(_open);
        await using var writer = await ((NpgsqlConnection)Database.GetDbConnection()).BeginBinaryImportAsync(
            """
            COPY predictions
                ("Id", "HbA1c", "Age", "Bmi", "Gender", "Negative", "Prediabetes", "Diabetes", "Class", "Version", "CreatedAt",
                "ReferenceToken", "ConfirmedClass", "ConfirmedSource", "ConfirmedAt", "ConfirmedBy")
            FROM STDIN (FORMAT BINARY)
            """,
            cancellationToken);
        foreach (var prediction in predictions)
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(prediction.Id, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(prediction.HbA1c, NpgsqlDbType.Double, cancellationToken);
            await writer.WriteAsync(prediction.Age, NpgsqlDbType.Double, cancellationToken);
            await writer.WriteAsync(prediction.Bmi, NpgsqlDbType.Double, cancellationToken);
            await writer.WriteAsync((int)prediction.Gender, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(prediction.Negative, NpgsqlDbType.Double, cancellationToken);
            await writer.WriteAsync(prediction.Prediabetes, NpgsqlDbType.Double, cancellationToken);
            await writer.WriteAsync(prediction.Diabetes, NpgsqlDbType.Double, cancellationToken);
            await writer.WriteAsync((int)prediction.Class, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(prediction.Version, NpgsqlDbType.Varchar, cancellationToken);
            await writer.WriteAsync(prediction.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteAsync(writer, prediction.ReferenceToken, NpgsqlDbType.Bigint, cancellationToken);
            await WriteAsync(writer, (int?)prediction.ConfirmedClass, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(writer, prediction.ConfirmedSource?.ToString(), NpgsqlDbType.Varchar, cancellationToken);
            await WriteAsync(writer, prediction.ConfirmedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteAsync(writer, prediction.ConfirmedBy, NpgsqlDbType.Varchar, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private static Task WriteAsync<T>(
        NpgsqlBinaryImporter writer, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } known ? writer.WriteAsync(known, type, cancellationToken) : writer.WriteNullAsync(cancellationToken);

    private static Task WriteAsync(NpgsqlBinaryImporter writer, string? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is not null ? writer.WriteAsync(value, type, cancellationToken) : writer.WriteNullAsync(cancellationToken);
}
