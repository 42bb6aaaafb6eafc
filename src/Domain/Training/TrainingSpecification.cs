using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Training;

/// <summary>Everything that determines the weights of a version. It is stored with the version, so the version can be reproduced.</summary>
/// <param name="Architecture">Name of the network, such as <c>crossfit-ple</c>.</param>
/// <param name="SplitKey">The installation's split key as lower-case hex.</param>
/// <param name="DataSha256"><see cref="CanonicalRow.Fingerprint"/> of the rows.</param>
/// <param name="Schema"><see cref="FeatureSchema.Id"/> of the columns. Specifications of earlier releases don't contain it.</param>
public sealed record TrainingSpecification(
    Guid JobId,
    string Architecture,
    TrainingParameters Parameters,
    string SplitKey,
    string DataSha256,
    string Schema = FeatureSchema.Diabetes1Id);
