using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Training;

/// <summary>Distinct rows by what they were used for, each by class, and the duplicates that were left out.</summary>
/// <param name="Training">Learned from.</param>
/// <param name="Validation">Only decided which epoch's weights were kept.</param>
/// <param name="Test">Judged; in a cross-fitted network every row is learned from by some members and judged by the others.</param>
public sealed record SplitCounts(
    IReadOnlyDictionary<DiabetesClass, int> Training,
    IReadOnlyDictionary<DiabetesClass, int> Validation,
    IReadOnlyDictionary<DiabetesClass, int> Test,
    int Duplicates)
{
    /// <summary>Rows of each class, 0 for a class without any.</summary>
    public static IReadOnlyDictionary<DiabetesClass, int> ByClass(IEnumerable<LabelledExample> rows)
    {
        var counts = DiabetesClasses.All.ToDictionary(c => c, _ => 0);
        foreach (var row in rows)
        {
            counts[row.Class]++;
        }

        return counts;
    }
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
