using ModelOps.Domain.Features;

namespace ModelOps.Domain.Evaluation;

/// <summary>
/// Hold-out predictions of a version: each row is predicted only with weights that weren't trained on that row. The metrics of trainings
/// and comparisons, and all other evaluations, use this interface. Thread-safe.
/// </summary>
public interface IJudge
{
    /// <summary>Predicts the probabilities of the three classes for a row.</summary>
    /// <param name="fold">The row's fold 0..9, computed with the split key of the version.</param>
    /// <param name="probabilities">Receives three probabilities in class order with sum 1.</param>
    /// <returns>
    /// False when all weights of the version were trained on the row; <paramref name="probabilities"/> is then undefined.
    /// </returns>
    bool TryJudge(PatientFeatures features, int fold, Span<double> probabilities);
}
