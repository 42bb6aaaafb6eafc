using System.Text.Json;
using ModelOps.Domain.Training;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>A job's purpose as the JSON text of its column: <c>{"UseDatabase", "DatasetName", "DatasetId", "Version"}</c>.</summary>
internal static class JobPurposeColumn
{
    public static string Write(JobPurpose purpose) => JsonSerializer.Serialize(purpose switch
    {
        JobPurpose.Retraining retraining => new Document(
            retraining.Data.UsesDatabase, retraining.Data.DatasetName, retraining.Data.DatasetId, null),
        JobPurpose.Reproducing reproducing => new Document(false, null, null, reproducing.Version),
        _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
    });

    public static JobPurpose Read(string text) => JsonSerializer.Deserialize<Document>(text) switch
    {
        { Version: { } version } => new JobPurpose.Reproducing(version),
        { } document => new JobPurpose.Retraining(DataSelection.Of(
            document.UseDatabase, document.DatasetName, document.DatasetId)),
        null => throw new InvalidDataException("A job has no purpose."),
    };

    private sealed record Document(bool UseDatabase, string? DatasetName, long? DatasetId, string? Version);
}
