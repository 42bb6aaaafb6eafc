using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>A version as the list shows it.</summary>
/// <param name="Number">The number for people; see <see cref="VersionListing.Number"/>.</param>
/// <param name="Dataset">The dataset that it was trained on; null when it was trained on the database's records alone.</param>
public sealed record VersionListItem(
    string Version,
    DateTime CreatedAt,
    HeadlineMetrics Metrics,
    bool IsActive,
    int TrainingSamples,
    double TrainingTime,
    Guid JobId,
    long Number,
    string? Note,
    IReadOnlyList<string> Tags,
    string? Dataset,
    bool BeatsBaselines,
    MissedDiabetes MissedDiabetes);

/// <param name="Rows">Number of rows, repetitions included.</param>
/// <param name="DeletedRows">How many of the rows were labelled records that have been deleted since.</param>
/// <param name="RowsRemovedAt">When the version's rows were removed because of their age; null while it has them.</param>
public sealed record VersionData(string Source, int Rows, string Sha256, SplitCounts Split, int DeletedRows, DateTime? RowsRemovedAt);

/// <summary>Accuracy of a version's predictions with a confirmed outcome.</summary>
/// <param name="Labelled">Number of these predictions.</param>
/// <param name="Accuracy">Share 0..1 that was correct; null if there are none.</param>
/// <param name="Confusion">Counted by confirmed class × predicted class, 3 × 3 in class order, as in the evaluation.</param>
public sealed record LiveEvaluation(int Labelled, double? Accuracy, IReadOnlyList<IReadOnlyList<int>> Confusion);

/// <summary>A version with all its details.</summary>
public sealed record VersionDetail(
    string Version,
    DateTime CreatedAt,
    HeadlineMetrics Metrics,
    bool IsActive,
    int TrainingSamples,
    double TrainingTime,
    Guid JobId,
    string Architecture,
    string Schema,
    TrainingParameters Parameters,
    int BestEpoch,
    string WeightsSha256,
    VersionData Data,
    EvaluationReport Evaluation,
    LiveEvaluation Live,
    IReadOnlyList<EpochPoint> History,
    IReadOnlyList<ArtifactFile> Files,
    long Number,
    string? Note,
    IReadOnlyList<string> Tags);

/// <summary>The response to an activation or a rollback.</summary>
public sealed record ActivationAnswer(bool Success, string Message, string ActiveVersion);

/// <summary>The response to a deletion.</summary>
public sealed record DeletionAnswer(bool Success, string Message);
