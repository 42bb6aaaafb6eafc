using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Training;

/// <summary>Distinct rows of each class on each side, and the duplicates left out.</summary>
public sealed record SplitCounts(
    IReadOnlyDictionary<DiabetesClass, int> Training,
    IReadOnlyDictionary<DiabetesClass, int> Validation,
    IReadOnlyDictionary<DiabetesClass, int> Test,
    int Duplicates)
{
    public static SplitCounts Of(DataSplit split) => new(
        DataSplit.CountByClass(split.Training),
        DataSplit.CountByClass(split.Validation),
        DataSplit.CountByClass(split.Test),
        split.Duplicates);
}

/// <summary>What a finished training says about itself.</summary>
/// <param name="BestEpoch">The epoch whose weights were kept, chosen on the validation side.</param>
/// <param name="TrainingTime">Seconds from the first batch to the last evaluation.</param>
/// <param name="WeightsSha256">SHA-256 over name, dtype, shape and little-endian bytes of every weight, sorted by name.</param>
public sealed record TrainingSummary(
    int BestEpoch,
    double TrainingTime,
    string WeightsSha256,
    int DataRows,
    SplitCounts Rows,
    EvaluationReport Evaluation,
    IReadOnlyList<EpochPoint> History);
