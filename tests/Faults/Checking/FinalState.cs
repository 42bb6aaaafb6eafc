namespace ModelOps.Faults.Tests.Checking;

internal sealed record JobState(string Id, string Status, string? Version, int Attempt, string? ErrorCode);

/// <param name="Damage">What is wrong with its files; null when each has the size and hash that is listed.</param>
internal sealed record VersionState(string Name, string JobId, bool IsActive, string? Damage);

internal sealed record ActivationState(long Epoch, DateTime At, string? From, string To, string? Reason);

/// <summary>The installation at rest, after the last fault: what it says over HTTP, and what lies in its folders.</summary>
/// <param name="VersionFolders">Names in <c>versions/</c>.</param>
/// <param name="DatasetFiles">Names of datasets in <c>datasets/</c>, without the row's id before them.</param>
/// <param name="Leftovers">What lies in <c>jobs/</c> and <c>staging/</c>.</param>
internal sealed record FinalState(
    IReadOnlyList<JobState> Jobs,
    IReadOnlyList<VersionState> Versions,
    IReadOnlyList<ActivationState> Activations,
    string? ActiveVersion,
    IReadOnlyDictionary<string, string> Datasets,
    int Records,
    IReadOnlyList<string> VersionFolders,
    IReadOnlyList<string> DatasetFiles,
    IReadOnlyList<string> Leftovers);
