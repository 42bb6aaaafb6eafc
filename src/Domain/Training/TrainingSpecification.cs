using ModelOps.Domain.Data;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Training;

/// <summary>Everything that decides the weights of a version; stored with it, so that the version can be made again.</summary>
/// <param name="Architecture">Name of the network, <see cref="Models.Architectures"/>.</param>
/// <param name="SplitKey">The installation's split key as lower-case hex.</param>
/// <param name="DataSha256"><see cref="CanonicalRow.Fingerprint"/> of the rows.</param>
/// <param name="Schema"><see cref="FeatureSchema.Id"/> of the columns; specifications of earlier releases don't name it.</param>
public sealed record TrainingSpecification(
    Guid JobId,
    string Architecture,
    TrainingParameters Parameters,
    string SplitKey,
    string DataSha256,
    string Schema = FeatureSchema.Diabetes1Id);
