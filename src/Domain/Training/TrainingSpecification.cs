using System.Text.Json.Serialization;
using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Training;

/// <summary>Everything that decides the weights of a version; stored with it, so that the version can be made again.</summary>
/// <param name="Architecture">Name of the network, <see cref="Models.Architectures"/>.</param>
/// <param name="SplitKey">The installation's split key as lower-case hex.</param>
/// <param name="DataSha256"><see cref="CanonicalRow.Fingerprint"/> of the rows.</param>
public sealed record TrainingSpecification(
    Guid JobId,
    string Architecture,
    TrainingParameters Parameters,
    string SplitKey,
    string DataSha256)
{
    /// <summary><see cref="FeatureSchema.Id"/> of the columns; <c>diabetes-1</c> where a stored specification doesn't name it.</summary>
    [JsonIgnore]
    public string Schema { get; init; } = FeatureSchema.Diabetes1Id;

    /// <summary>When the labelled records were read; null when the rows come from a dataset alone, and in earlier releases.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? RecordsReadAt { get; init; }

    /// <summary>
    /// The schema as JSON has it: left out when it is <c>diabetes-1</c>. A specification of an earlier release, which names no schema,
    /// thus keeps its JSON text and with it the fingerprint by which its checkpoint is found.
    /// </summary>
    [JsonInclude]
    [JsonPropertyName(nameof(Schema))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    private string? StoredSchema
    {
        get => Schema == FeatureSchema.Diabetes1Id ? null : Schema;
        init => Schema = value ?? FeatureSchema.Diabetes1Id;
    }
}
