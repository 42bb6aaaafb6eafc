using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Training;

/// <summary>
/// Numbers of distinct rows in the training, validation and test splits, by class. In a cross-fitted network each row is training data of
/// some members and hold-out data of the others, so a row is counted in more than one split.
/// </summary>
/// <param name="Training">Rows from which the weights were learned.</param>
/// <param name="Validation">Rows that only selected the best epoch.</param>
/// <param name="Test">Hold-out rows, on which the version was evaluated.</param>
/// <param name="Duplicates">Number of repeated rows, which were not used.</param>
public sealed record SplitCounts(
    IReadOnlyDictionary<DiabetesClass, int> Training,
    IReadOnlyDictionary<DiabetesClass, int> Validation,
    IReadOnlyDictionary<DiabetesClass, int> Test,
    int Duplicates)
{
    /// <summary>Number of rows of each class; 0 for a class without rows.</summary>
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

/// <summary>The results of a finished training.</summary>
/// <param name="BestEpoch">The epoch whose weights were kept. With several members, the latest of their epochs.</param>
/// <param name="TrainingTime">Seconds from the first batch to the end of the last evaluation.</param>
/// <param name="WeightsSha256">SHA-256 over the name, dtype, shape and little-endian bytes of every weight, sorted by name.</param>
public sealed record TrainingSummary(
    int BestEpoch,
    double TrainingTime,
    string WeightsSha256,
    int DataRows,
    SplitCounts Rows,
    EvaluationReport Evaluation,
    IReadOnlyList<EpochPoint> History);
